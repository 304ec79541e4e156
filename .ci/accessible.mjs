/**
 * The rules for every page of the repository, on every screen: accessible in both color schemes, and no wider than the screen.
 *
 * It imports no packages: its caller passes the text of axe-core.
 */

const WIDTHS = [390, 1280, 1440];
const SCHEMES = /** @type {const} */ (["light", "dark"]);

/** Every screen, as options of a browser's context. */
export const SCREENS = WIDTHS.flatMap(width =>
  SCHEMES.map(colorScheme => ({ viewport: { width, height: 900 }, colorScheme })),
);

/**
 * Returns what is wrong with a page that is open in a driver: the violations that axe finds, and the overflow.
 *
 * @param {{ evaluate: (text: string) => Promise<any> }} page
 * @param {string} axe
 * @returns {Promise<string[]>}
 */
export async function faultsOf(page, axe) {
  await page.evaluate(axe);
  const violations = await page.evaluate(`
    // Colors that fade in have no contrast yet; a caret blinks for ever.
    Promise.all(document.getAnimations().filter(({ effect }) => effect.getTiming().iterations < Infinity)
      .map(animation => animation.finished.catch(() => undefined)))
      .then(() => axe.run())
      .then(({ violations }) =>
        violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => id + ": " + help + ": " + target.join(" "))))`);
  const [shown, width] = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
  if (shown > width) violations.push(`the page is ${shown} pixels wide on a screen of ${width}`);
  return violations;
}
