import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTracker, type PictureFacts } from '../../../renderer/mail/trackers.ts';

const picture = (url: string, more: Partial<PictureFacts> = {}): PictureFacts => ({
  url,
  hidden: false,
  described: false,
  ...more,
});

test('pictures to be seen are no trackers', () => {
  for (const facts of [
    picture('https://cdn.example.net/banner.png'),
    picture('https://cdn.example.net/banner.png?v=3f2a9c81d0e7b65544332211aabbccdd'),
    picture('https://images.example.net/opening-hours.jpg'),
    picture('https://images.example.net/pixel-art.png', { width: 400, height: 300 }),
    picture('https://img.example.net/AbCdEf0123456789AbCdEf0123456789', { described: true }),
    picture('https://img.example.net/AbCdEf0123456789AbCdEf0123456789', { width: 600 }),
    picture('https://shop.example.net/t/shirts/blue.jpg'),
    picture('https://example.net/e/events/summer.png'),
  ]) {
    assert.equal(isTracker(facts), false, facts.url);
  }
});

test('pictures that cannot be seen are trackers', () => {
  const url = 'https://cdn.example.net/banner.png';
  for (const more of [
    { width: 1, height: 1 },
    { width: 0 },
    { height: 1, width: 600 },
    { hidden: true },
  ]) {
    assert.equal(isTracker(picture(url, more)), true, JSON.stringify(more));
  }
});

test('beacons are known by the form of their address', () => {
  for (const url of [
    'https://u1234.ct.sendgrid.net/wf/open?upn=abc',
    'https://url1.example.net/ss/o/u001.abc/43/h0/s.gif',
    'https://example.us1.list-manage.com/track/open.php?u=1&id=2&e=3',
    'https://mandrillapp.com/track/open.php?u=1',
    'https://abc.r.eu-west-1.awstrack.me/I0/0102/x=1',
    'https://track.example.net/e3t/Cto/abc',
    'https://mailtrack.io/trace/mail/abc.png',
    'https://t.example.net/open.aspx?id=5',
    'https://t.example.net/o.gif?u=9',
    'https://www.google-analytics.com/collect?v=1',
    'https://example.net/track/open/77',
    'https://example.net/email/opened?x=1',
    'https://example.net/images/spacer.gif',
    'https://m.example.net/q/4mZbXbQ0fSg7AbCdEf0123456789~~/AAQ',
  ]) {
    assert.equal(
      isTracker(picture(url, { width: 600, described: true })) || isTracker(picture(url)),
      true,
      url,
    );
  }
});
