/// <reference types="vite/client" />
declare module "postcss-preset-mantine";
