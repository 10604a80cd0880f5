// Pushes signs that lie on each other apart, in pixels, so that every device of a site can be seen and touched.
const ROUNDS = 40;
const LARGEST_SHIFT = 70;

// `points` are [x, y]; answers one [x, y] for each, no two nearer than `gap` where there is room. Always the same answer.
export function spread(points, gap) {
  const placed = points.map(([x, y], index) => [x + Math.cos(index) * 0.01, y + Math.sin(index) * 0.01]);
  for (let round = 0; round < ROUNDS; round++) {
    let isQuiet = true;
    const cells = new Map();
    placed.forEach(([x, y], index) => {
      const cell = `${Math.floor(x / gap)},${Math.floor(y / gap)}`;
      if (!cells.has(cell)) cells.set(cell, []);
      cells.get(cell).push(index);
    });
    for (const [cell, members] of cells) {
      const [column, row] = cell.split(",").map(Number);
      for (let dx = -1; dx <= 1; dx++) {
        for (let dy = -1; dy <= 1; dy++) {
          for (const other of cells.get(`${column + dx},${row + dy}`) ?? []) {
            for (const one of members) {
              if (one < other && part(placed[one], placed[other], gap)) isQuiet = false;
            }
          }
        }
      }
    }
    if (isQuiet) break;
  }
  return placed.map(([x, y], index) => {
    const [fromX, fromY] = points[index];
    const shift = Math.hypot(x - fromX, y - fromY);
    if (shift < 1) return [fromX, fromY];
    const share = Math.min(1, LARGEST_SHIFT / shift);
    return [fromX + (x - fromX) * share, fromY + (y - fromY) * share];
  });
}

function part(one, other, gap) {
  const [dx, dy] = [other[0] - one[0], other[1] - one[1]];
  const distance = Math.hypot(dx, dy);
  if (distance >= gap || distance === 0) return false;
  const push = (gap - distance) / 2 / distance;
  one[0] -= dx * push;
  one[1] -= dy * push;
  other[0] += dx * push;
  other[1] += dy * push;
  return true;
}
