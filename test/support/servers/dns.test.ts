import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { after, before, describe, it } from 'node:test';
import { answerQuery, type DnsServer, mailZone, startDns } from './dns.ts';

describe('test name server', () => {
  let dns: DnsServer;
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  before(async () => {
    dns = await startDns({
      ...mailZone('example.test', { imap: 1143, submission: 1587 }),
      'mail.example.test': [{ type: 'A', address: '127.0.0.1' }],
      'note.example.test': [{ type: 'TXT', text: 'hello there' }],
    });
    resolver.setServers([dns.address]);
  });
  after(() => dns.stop());

  it('answers SRV, A and TXT to a real resolver', async () => {
    const [record] = await resolver.resolveSrv('_imap._tcp.example.test');
    assert.deepEqual([record?.name, record?.port, record?.weight], ['localhost', 1143, 1]);
    assert.deepEqual(await resolver.resolve4('MAIL.example.test'), ['127.0.0.1']);
    assert.deepEqual(await resolver.resolveTxt('note.example.test'), [['hello there']]);
    assert.ok(dns.questions.includes('SRV _imap._tcp.example.test'));
  });

  it('says that other names do not exist, and that held names have no other types', async () => {
    await assert.rejects(resolver.resolveSrv('_imaps._tcp.example.test'), { code: 'ENOTFOUND' });
    await assert.rejects(resolver.resolve4('note.example.test'), { code: 'ENODATA' });
  });

  it('does not answer what is not a question', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(12), Buffer.alloc(40, 0xff)])
      assert.equal(answerQuery(bytes, {}), undefined);
  });

  it('changes its zone while it runs', async () => {
    dns.setZone(mailZone('example.test', { imaps: 1993 }));
    const [record] = await resolver.resolveSrv('_imaps._tcp.example.test');
    assert.equal(record?.port, 1993);
    await assert.rejects(resolver.resolveSrv('_imap._tcp.example.test'), { code: 'ENOTFOUND' });
  });
});
