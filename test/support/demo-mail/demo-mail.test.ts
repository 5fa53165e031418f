import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import PostalMime from 'postal-mime';
import { arrivalCount, arrivingMessage, demoMessages, demoPerson } from './index.ts';

const now = new Date('2026-11-20T10:00:00Z');

describe('demo mail', () => {
  it('is the same for the same person and clock', async () => {
    const [first, second] = await Promise.all([
      demoMessages(demoPerson, now),
      demoMessages(demoPerson, now),
    ]);
    assert.ok(first.length >= 30);
    for (const [index, message] of first.entries())
      assert.ok(message.raw.equals(second[index]?.raw ?? Buffer.alloc(0)), message.id);
  });

  it('names no domain that could belong to somebody', async () => {
    for (const { id, raw } of await demoMessages(demoPerson, now)) {
      const parsed = await PostalMime.parse(raw);
      const text = `${raw.toString().replace(/=\r\n/g, '')}\n${parsed.text}\n${parsed.html}`;
      const hosts = [...text.matchAll(/(?:@|https?:\/\/)((?:[a-z0-9-]+\.)+[a-z]+)/gi)];
      for (const [, host] of hosts)
        assert.match(host ?? '', /(^|\.)(example\.(org|com|net)|test)$/, id);
    }
  });

  it('is whole: parts that are shown inside are there, and dates lie before now', async () => {
    const messages = await demoMessages(demoPerson, now);
    assert.equal(new Set(messages.map(({ id }) => id)).size, messages.length);
    let pictures = 0;
    for (const { id, raw, receivedAt } of messages) {
      assert.ok(receivedAt <= now && now.getTime() - receivedAt.getTime() < 60 * 86_400_000, id);
      const parsed = await PostalMime.parse(raw);
      for (const [, cid] of (parsed.html ?? '').matchAll(/cid:([^"]+)/g)) {
        assert.ok(
          parsed.attachments.some((part) => part.contentId === `<${cid}>`),
          id,
        );
        pictures += 1;
      }
      for (const part of parsed.attachments.filter((each) => each.mimeType === 'image/png'))
        assert.equal(
          Buffer.from(new Uint8Array(part.content as ArrayBuffer)).toString('latin1', 1, 4),
          'PNG',
        );
    }
    assert.ok(pictures >= 4);
  });

  it('keeps names in other scripts and threads together', async () => {
    const messages = await demoMessages(demoPerson, now);
    const find = async (id: string) => {
      const message = messages.find((each) => each.id === id);
      assert.ok(message);
      return PostalMime.parse(message.raw);
    };
    assert.equal((await find('haruka-1')).from?.name, '森田 遥');
    assert.equal((await find('layla-1')).from?.name, 'ليلى منصور');
    const last = await find('boat-3');
    assert.equal(last.inReplyTo, '<boat-2@demo.example.org>');
    assert.equal((await find('bea-1')).subject ?? '', '');
  });

  it('has a new message every time one arrives', async () => {
    const ids = new Set<string>();
    for (let index = 0; index < arrivalCount * 2; index += 1) {
      const { raw } = await arrivingMessage(demoPerson, now, index);
      ids.add((await PostalMime.parse(raw)).messageId ?? '');
    }
    assert.equal(ids.size, arrivalCount * 2);
  });
});
