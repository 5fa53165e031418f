/**
 * Known programs and devices that open TLS connections to read them, by what their authorities call
 * themselves. A match is worth a name to tell the person and a lower level, nothing more: whoever
 * makes a certificate writes its names freely, so a match never excuses a chain that does not verify,
 * and no match proves nothing. Only the store can tell who is trusted; this says who that is.
 */
import type { AuthorityName, Interceptor } from '../leg/types.ts';

interface KnownInterceptor extends Interceptor {
  /** Over common name, organisation or unit of an authority in the chain. */
  readonly pattern: RegExp;
}

const onComputer = (name: string, pattern: RegExp): KnownInterceptor => ({
  name,
  place: 'computer',
  pattern,
});
const inNetwork = (name: string, pattern: RegExp): KnownInterceptor => ({
  name,
  place: 'network',
  pattern,
});

/**
 * Names of authorities as the makers document them or as people report them. Anchored, because
 * companies of the same name also appear in the chains of public authorities.
 */
const known: readonly KnownInterceptor[] = [
  // Virus scanners and filters on this computer.
  onComputer('Avast Mail Shield', /^avast (web\/mail shield|antivirus|untrusted ca)/i),
  onComputer('AVG Mail Shield', /^avg (web\/mail shield|technologies|antivirus)/i),
  onComputer('Avira', /^avira (web\/mail shield|web protection)/i),
  onComputer('Norton', /^(norton (web\/mail shield|antivirus|360)|nortonlifelock)/i),
  onComputer('Web/Mail Shield', /web\/mail shield/i),
  onComputer('Kaspersky', /^(kaspersky .*root|ao kaspersky lab|kaspersky lab)/i),
  onComputer('ESET', /^eset (ssl filter ca|root ca)|^eset, spol\. s ?r\. ?o\./i),
  onComputer('Bitdefender', /^bitdefender( personal ca|$)/i),
  onComputer('Dr.Web', /^(dr\.?web|doctor web)\b/i),
  onComputer('BullGuard', /^bullguard ssl proxy/i),
  onComputer('G DATA', /^g ?data .*(mail|ssl|security)/i),
  onComputer('AdGuard', /^adguard( personal)? ca/i),
  onComputer('Net Nanny', /^(net nanny|contentwatch)/i),
  onComputer('Qustodio', /^qustodio/i),
  onComputer('Superfish', /^superfish/i),
  onComputer('PrivDog', /^privdog/i),
  // Tools with which a developer reads connections.
  onComputer('Fiddler', /^do_not_trust|^fiddler root/i),
  onComputer('Charles', /^charles proxy|^xk72 ltd|charlesproxy\.com/i),
  onComputer('mitmproxy', /^mitmproxy$/i),
  onComputer('Burp Suite', /^portswigger/i),
  onComputer('OWASP ZAP', /^(owasp )?zed attack proxy|^owasp root ca|^zap root ca/i),
  onComputer('Proxyman', /^proxyman/i),
  onComputer('HTTP Toolkit', /^http toolkit ca/i),
  // Gateways of companies, schools and hotels.
  inNetwork('Sophos', /^sophos([ _]|$)/i),
  inNetwork('Zscaler', /^zscaler\b/i),
  inNetwork('Fortinet', /^fortinet([ _]|$)|^fortigate\b/i),
  inNetwork('Palo Alto Networks', /^palo alto networks\b/i),
  inNetwork('Cisco Umbrella', /^(cisco )?umbrella (root|primary|secondary)|^cisco umbrella/i),
  inNetwork('Cisco Secure Web Appliance', /^cisco (ironport|web security|secure web)/i),
  inNetwork('Blue Coat', /^blue ?coat\b/i),
  inNetwork('Symantec Web Security', /^symantec (web security|web gateway|wss)/i),
  inNetwork('McAfee Web Gateway', /^(mcafee|skyhigh|trellix) (secure )?web (gateway|protection)/i),
  inNetwork('Netskope', /^netskope\b|\.goskope\.com$|\.netskope\.com$/i),
  inNetwork('Forcepoint', /^(forcepoint|websense)\b/i),
  inNetwork('Check Point', /^check ?point .*(https|inspection|outbound)/i),
  inNetwork('SonicWall', /^sonicwall\b/i),
  inNetwork('WatchGuard', /^(watchguard\b|fireware https proxy)/i),
  inNetwork('Barracuda', /^barracuda\b.*(ssl|web|filter|gateway|root)/i),
  inNetwork('Untangle', /^(untangle|edge threat management)\b/i),
  inNetwork('Cloudflare Gateway', /^(gateway ca - cloudflare|cloudflare for teams)/i),
  inNetwork('iboss', /^iboss\b/i),
  inNetwork('Lightspeed', /^lightspeed (rocket|systems|filter)/i),
  inNetwork('Securly', /^securly\b/i),
  inNetwork('Smoothwall', /^smoothwall\b/i),
];

/**
 * @param authorities who signed the chain, from the root down
 * @returns the first one that is known to intercept; undefined says nothing about the rest
 */
export function findInterceptor(authorities: readonly AuthorityName[]): Interceptor | undefined {
  for (const { commonName, organisation, unit } of authorities) {
    const match = known.find(({ pattern }) =>
      [commonName, organisation, unit].some((field) => pattern.test(field.trim())),
    );
    if (match) return { name: match.name, place: match.place };
  }
  return undefined;
}
