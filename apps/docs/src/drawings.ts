import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderMermaidSVG } from 'beautiful-mermaid';
import type { MarkdownRenderer } from 'vitepress';
import { sourceOf } from './pages.ts';

/**
 * Diagrams of Mermaid and plots become part of their pages, in the colours of the theme, and need no script to be seen. GitHub draws the former
 * itself, and shows the latter as images.
 */
export function drawings(md: MarkdownRenderer): void {
  const { fence, image } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const token = tokens[index];
    if (token?.info.trim() !== 'mermaid') return fence?.(tokens, index, options, env, self) ?? '';
    return figure(
      'div',
      'diagram',
      renderMermaidSVG(token.content, { bg: 'var(--vp-c-bg)', fg: 'var(--vp-c-text-1)', transparent: true }),
    );
  };
  md.renderer.rules.image = (tokens, index, options, env, self) => {
    const source = tokens[index]?.attrGet('src') ?? '';
    if (!/^plots\/[\w-]+\.svg$/.test(source)) return image?.(tokens, index, options, env, self) ?? '';
    // An image stands in a paragraph, which holds no block.
    return figure('span', 'plot', readFileSync(join(dirname(sourceOf(env)), source), 'utf8'));
  };
}

/** A style in a page is everybody's; that of the theme stands in for it. */
function figure(tag: 'div' | 'span', kind: string, svg: string): string {
  return `<${tag} class="${kind}" v-pre>${svg.replace(/<style>.*?<\/style>/gs, '')}</${tag}>`;
}
