// What is measured on a page in the browser; every function returns the places that fall short.
({
  // WCAG 2.2, 2.5.5: at least 44 by 44 px; a field inside its label counts with the label.
  smallTargets() {
    const targets = 'main a, nav a, button, input:not([type=hidden]), select, summary';
    return [...document.querySelectorAll(targets)]
      .map(e => e.closest('label') ?? e)
      .map(e => [e.textContent.trim().slice(0, 40) || e.name, e.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0 && (box.width < 44 || box.height < 44))
      .map(([name, box]) => `${name}: ${box.width} x ${box.height}`);
  },

  // WCAG 2.2, 1.4.3: 4.5 to 1, or 3 to 1 for large words, on the colours in use.
  weakWords() {
    const parse = text => {
      const found = text.match(/[\d.]+/g).map(Number);
      return [found[0], found[1], found[2], found[3] ?? 1];
    };
    const part = v => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    const light = c => 0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2]);
    const behind = e => {
      for (; e; e = e.parentElement) {
        const color = parse(getComputedStyle(e).backgroundColor);
        if (color[3] > 0.99) return color;
      }
      return [255, 255, 255];
    };
    const weak = [];
    for (const e of document.querySelectorAll('body *')) {
      const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
      const style = getComputedStyle(e);
      const unseen = e.getBoundingClientRect().width === 0 || style.visibility === 'hidden';
      if (!own || unseen || e.tagName === 'OPTION') continue;
      const isDrawn = e.namespaceURI.endsWith('svg');
      const front = light(parse(isDrawn ? style.fill : style.color));
      const back = light(behind(isDrawn ? e.closest('figure') : e));
      const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
      const size = parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
      const words = e.textContent.trim().slice(0, 40);
      if (ratio < (isLarge ? 3 : 4.5)) weak.push(`${words}: ${ratio.toFixed(2)}`);
    }
    return weak;
  },

  // The element in focus: its name, the ring around it, and whether it is in view.
  focus() {
    const e = document.activeElement;
    const style = getComputedStyle(e);
    const box = e.getBoundingClientRect();
    const fits = box.top >= -1 && box.bottom <= innerHeight + 1;
    return {
      tag: e.tagName,
      name: e.outerHTML.slice(0, 120),
      ring: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
      inView: fits || box.height > innerHeight,
    };
  },

  // How many places the Tab key stops at.
  stops() {
    const stops = 'a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"]';
    return document.querySelectorAll(stops).length;
  },
})
