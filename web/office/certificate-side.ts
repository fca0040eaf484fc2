// One lazily loaded piece: certificates come from needs, and both are about people and agencies of the directory.
export * from './certificates/pages.ts';
export * from './needs/pages.ts';
export * from './answers/pages.ts';
export * from './directory/pages.ts';
