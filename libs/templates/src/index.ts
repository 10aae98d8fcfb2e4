/**
 * The template language, and rendering in threads with limits of processor time, memory and size. Nothing of
 * an author's code is ever compiled.
 */
export type { Locality } from './language/helpers.ts';
export {
  type PartFault,
  type PlainSources,
  type Rendered,
  TemplateError,
  type TemplateSources,
} from './rendering/parts.ts';
export {
  createRenderer,
  type Renderer,
  RendererBusyError,
  type RendererOptions,
} from './rendering/renderer.ts';
