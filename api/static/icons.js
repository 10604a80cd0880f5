// Signs for states and kinds. A state has a colour and a shape, so that nobody needs to tell colours apart.
const shapes = {
  on: '<circle cx="14" cy="14" r="12"/>',
  late: '<path d="M14 1.500 27 25.500H1z"/>',
  off: '<rect x="2.500" y="2.500" width="23" height="23" rx="3"/>',
  never: '<path d="M14 .8 27.200 14 14 27.200.8 14z"/>',
};

// Drawn in a square of 16.
const glyphs = {
  environment: '<path d="M3 13c0-6 4-9.500 10-9.500 0 6-3 9.500-9 9.500M3.500 13 9 7.500"/>',
  water_level: '<path d="M8 2c3 3.500 4.500 5.500 4.500 7.500a4.500 4.500 0 0 1-9 0C3.500 7.500 5 5.500 8 2z"/>',
  irrigation: '<path d="M8 14V7M8 8C8 5 5.500 3.500 2.500 3.500 2.500 6.500 5 8 8 8zM8 7c0-3 2.500-4.500 5.500-4.500C13.500 5.500 11 7 8 7z"/>',
  lighting: '<path d="M6 12.500h4M6.500 14.500h3M8 2a4.200 4.200 0 0 0-2.300 7.700c.5.4.8 1 .8 1.600h3c0-.6.3-1.200.8-1.600A4.200 4.200 0 0 0 8 2z"/>',
  camera: '<path d="M2 5.500h7.500v6H2zM9.500 8l4.500-2.500v6L9.500 9"/>',
  loudspeaker: '<path d="M3 6.500h2.500L10 3v10L5.500 9.500H3zM12.500 6c.8 1 .8 3 0 4"/>',
  wifi: '<path d="M2 6.500c3.500-3.300 8.500-3.300 12 0M4.500 9.300c2-2 5-2 7 0M8 12.500h.01"/>',
  signal_probe: '<path d="M3 13v-2M6.300 13V9M9.700 13V6M13 13V3"/>',
  notice_board: '<path d="M2.500 3h11v7h-11zM8 10v4M5 5.500h6M5 7.500h4"/>',
};
const other = '<path d="M4 4h8v8H4z"/>';

export function marker(state, kind) {
  const top = state === "late" ? 9.5 : 6;
  const size = state === "late" ? 11 : state === "off" ? 16 : 15;
  const left = 14 - size / 2;
  return (
    `<svg viewBox="0 0 28 28" aria-hidden="true"><g class="shape shape-${state}">${shapes[state]}</g>` +
    `<svg x="${left}" y="${top}" width="${size}" height="${size}" viewBox="0 0 16 16">` +
    `<g class="glyph glyph-${state}">${glyphs[kind] ?? other}</g></svg></svg>`
  );
}

export function stateSign(state) {
  return `<svg viewBox="0 0 28 28" aria-hidden="true"><g class="shape shape-${state}">${shapes[state]}</g></svg>`;
}

export function kindSign(kind) {
  return `<svg class="kind-icon" viewBox="0 0 16 16" aria-hidden="true"><g class="glyph">${glyphs[kind] ?? other}</g></svg>`;
}
