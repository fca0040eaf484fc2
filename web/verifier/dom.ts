export type Child = Node | string | undefined | false;

/** One element with attributes and children; text is always text, so nothing of a file can become markup. */
export function h(tag: string, attributes: Readonly<Record<string, string>> = {}, ...children: readonly Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const child of children) if (child !== undefined && child !== false) element.append(child);
  return element;
}

const drawings = {
  valid: 'M12 3l7.5 3v5.5c0 4.5-3 7.8-7.5 9.5-4.5-1.7-7.5-5-7.5-9.5V6zM8.5 12l2.5 2.5 4.5-5',
  invalid: 'M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18zM8.5 8.5l7 7M15.5 8.5l-7 7',
  indeterminate: 'M12 4l9 16H3zM12 10v4.5M12 17.2v.1',
  unsigned: 'M6 3h8l5 5v13H6zM14 3v5h5M9 17l6-6M15 17l-6-6',
} as const;

/** The sign beside the word; hidden from assistive technology. */
export function icon(name: keyof typeof drawings): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  for (const [attribute, value] of Object.entries({
    viewBox: '0 0 24 24',
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': '1.5',
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
    'aria-hidden': 'true',
  }))
    svg.setAttribute(attribute, value);
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', drawings[name]);
  svg.append(path);
  return svg;
}
