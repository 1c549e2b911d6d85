"use strict";
// Very many ordinary points as one shape per colour: a thing of its own for each would be slow to draw, and what Plotly has for
// that is made of code while the page is shown, which the page's policy forbids. Pure: it knows no page.
const crowd = (() => {
  const MANY = 1500; // candidates, from which it is used

  // Points at (x, y), in data: lines of no length, which page.css gives round ends.
  const shape = (x, y, color, width, opacity) => ({
    type: "path", path: x.map((at, i) => `M${at},${y[i]}L${at},${y[i]}`).join(""), layer: "below", line: { color, width }, opacity,
  });

  // Whether a point lies in a box or a lasso, as Plotly tells of them.
  function inside({ range, lassoPoints }, x, y) {
    if (range) return x >= range.x[0] && x <= range.x[1] && y >= range.y[0] && y <= range.y[1];
    let odd = false;
    for (let i = 0, j = lassoPoints.x.length - 1; i < lassoPoints.x.length; j = i++) {
      const [ax, ay, bx, by] = [lassoPoints.x[i], lassoPoints.y[i], lassoPoints.x[j], lassoPoints.y[j]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
    }
    return odd;
  }

  return { MANY, shape, inside };
})();
