/**
 * Takes everything out of a message's styles that could fetch or draw outside its flow. Works on
 * the browser's own parsed rules, so that escapes and comments hide nothing.
 */

/** Functions that can name a resource, after the parser has resolved escapes. */
const fetching = /(?:url|image|image-set|cross-fade|src|element|paint)\s*\(/i;
/** The whole value is one address, as the browser writes it back. */
const oneUrl = /^url\("([^"\\]*)"\)$/;

/**
 * Gives the app's own path for a resource that may be shown, notes the others.
 * @returns undefined to leave it out
 */
export type OwnPath = (url: string) => string | undefined;

const nothing: OwnPath = () => undefined;

/**
 * @param ownPath asked for a background or list picture that is one address and nothing else
 * @returns how many declarations named a resource and were removed without `ownPath` knowing them
 */
export function cleanDeclarations(style: CSSStyleDeclaration, ownPath: OwnPath = nothing): number {
  let removed = 0;
  for (const name of [...style]) {
    const value = style.getPropertyValue(name);
    if (fetching.test(value)) {
      const url = oneUrl.exec(value)?.[1];
      const isPicture = name === 'background-image' || name === 'list-style-image';
      const path = isPicture && url !== undefined ? ownPath(url) : undefined;
      style.removeProperty(name);
      if (path !== undefined) style.setProperty(name, `url("${path}")`);
      // Shorthands come as many longhands; the picture is one.
      else if (name === 'background-image' || !name.startsWith('background')) removed += 1;
    } else if (name === 'position' && /fixed|sticky/i.test(value)) style.removeProperty(name);
    // Custom properties can carry half a url into another rule.
    else if (name.startsWith('--')) style.removeProperty(name);
  }
  return removed;
}

/**
 * A sheet of plain style and media rules only: no @import, no @font-face, no resource. Pictures of
 * a sheet are never loaded, since a selector could make them depend on what is read or pointed at.
 */
export function cleanStyleSheet(source: string): { css: string; remoteCount: number } {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(source);
  let remoteCount = /@import/i.test(source) ? 1 : 0;
  function keep(rules: CSSRuleList): string {
    let css = '';
    for (const rule of rules) {
      if (rule instanceof CSSStyleRule) {
        remoteCount += cleanDeclarations(rule.style);
        // Nested rules are dropped: their text is not that of plain declarations.
        css += `${rule.selectorText}{${rule.style.cssText}}\n`;
      } else if (rule instanceof CSSMediaRule) {
        // The reader adapts colours itself; a message's own dark rules would come on top of that.
        if (/prefers-color-scheme/i.test(rule.conditionText)) continue;
        css += `@media ${rule.conditionText}{${keep(rule.cssRules)}}\n`;
      } else if (rule instanceof CSSFontFaceRule) remoteCount += 1;
    }
    return css;
  }
  return { css: keep(sheet.cssRules), remoteCount };
}
