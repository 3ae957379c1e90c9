// What the page with the traces shows, as an expression: texts as they are seen, and places in shares of what they are in.

(() => {
  const text = (element, selector) => element.querySelector(selector)?.innerText ?? null;

  function row(element) {
    const bar = element.querySelector('.bar').getBoundingClientRect();
    const time = element.querySelector('.time').getBoundingClientRect();
    const { left, right, height } = element.getBoundingClientRect();
    return {
      service: text(element, '.service'),
      name: text(element, '.label'),
      depth: Number(element.style.getPropertyValue('--depth')),
      start: (bar.left - time.left) / time.width,
      width: bar.width / time.width,
      fits: height > 0 && left >= 0 && right <= window.innerWidth && bar.right <= right + 1,
    };
  }

  const trace = (element) => ({
    id: text(element, '.id'),
    title: text(element, '.title'),
    bad: text(element, '.bad'),
    rows: [...element.querySelectorAll('.row')].map(row),
  });

  const seen = {
    windowWidth: window.innerWidth,
    documentWidth: document.documentElement.scrollWidth,
    services: [...document.querySelectorAll('#legend li')].map((element) => element.innerText),
    traces: [...document.querySelectorAll('#traces > .trace')].map(trace),
    text: document.body.innerText,
    images: document.images.length,
    pwned: window.pwned ?? null,
  };
  return { seen };
})();
