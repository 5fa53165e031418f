/**
 * assets/icons/letterlock-tray.svg drawn at 16 and 32 pixels (PNG, base64): Electron reads no SVG, and a
 * picture inside the program is found in every kind of package.
 */
export const trayIcon16 = [
  'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAYAAAAf8/9hAAABFElEQVR4nKTTP0tCURjH8XvtTlGr0dLUEPQC+jtWS0sQ',
  'NLUEUWMQBEHQG2jKVQQHQVQEcRAHQRTcHER8CYr/QBcnEfT74CNcDkcU7gMfLzz3+XmP9xxDTsAKOQHL0+sz7nG4Za6L',
  'HFIuH6dooYbSll9whwsce/rkHq5Qwc+G8J+G+3iQd7CLDp7whQR2LEHppfGhs5LZ83wDGQxQwAGqeNd7MVziDLe60m+5',
  '4RlPqehPKePG1//FGNdo+gO2bWzg39KPmGHbClZVt/RatsF1B6mIKEZK3kHONigrmDrLnfDXDG/YxxyvlqxkJnKQVvsf',
  'R9sYetRr1ugf4QUnrjbO8YmwMRjWFQyNvhzlPJKuE7AC/xsXAAAA//8a43lWAAAABklEQVQDAJ5WMSR5kkyYAAAAAElF',
  'TkSuQmCC',
].join('');

export const trayIcon32 = [
  'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAYAAABzenr0AAACH0lEQVR4nOyXyytFURTGF+5ABl6JgUfySpIJMZG8ImVi',
  'SkgGTAwkBjJg4JEBpQyYUPwBSCTEQIlSJlLynpiIGInEt5y12W73cc695947uV/92mftu87e6+y9zln7RlKIFUkhVjgA',
  'h5MdD+pAFogme/UGrsEWeHEVQD7YBJkUWF2CBmkpQjoTwC2IpeCIVyADvKocGNcm/wIDEpydDMrYrDgwwRcqgGotOnae',
  'BFP0t0L+iOeYAWNO49WoH1k50m6Dd7nuBWvkXzLGgA3QIzYn4q5cZ+sBqMhuQAV4FrsRHIAksq4UcAjqxX4E5WS8Cawo',
  'PQBdR6BEcywGJyCPzKtA7ikS+0Ib55/cfYiuJYgjsTljj8l4AmVzjqwIU9LHqpL7UsXmFSwF964mcpB78TbwdiyAZjIy',
  'dw9Mg06Q6OTfLr692oMtie+Hu0m8fYo5IVvAqBZwv4vJSfr6tDFHQJunyc0EoDQEOsCnCV/2aQXDJnwtFaNFMt4Sb2Kf',
  'ZTIpB1lTuk0+v7Jajk9t8vE5gCWbfHwOYBbsePh9VXwCFgCLDyxd4E7ruwXdoIksSiUhl0lVNr2JfefBAxnFisXFZp3M',
  'ST30p25cSltJgZcqTld6AKpE5pKxh2lkv3jMOfob+2dOteT8GT0HyRQc8fbxGfT3SPYEysA+BV5c0Lg6vrLhKukKQS0Z',
  'R3RvipP2xYQvV1d+hc/0TjvOfH4p/Ncs5AF8AwAA//8oKnbpAAAABklEQVQDAJnuXpOYaIrOAAAAAElFTkSuQmCC',
].join('');
