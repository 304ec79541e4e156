export default {
  // Next.js's webpack build of any edge route ends in an ENOENT, so that route is left out of it.
  pageExtensions: process.env.WITHOUT_EDGE ? ["jsx", "js"] : ["edge.js", "jsx", "js"],
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
  devIndicators: false,
};
