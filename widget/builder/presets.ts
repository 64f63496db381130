/** Designs to start from; every one passes the contrast check, light and dark. */
import type { Preset } from './design.ts';

export const presets: Preset[] = [
  { name: 'Halfsecond', light: {}, dark: {} },
  {
    name: 'Graphite',
    light: { '--hs-accent': '#1f2328', '--hs-accent-text': '#1f2328', '--hs-text': '#1f2328', '--hs-bubble': '#eceef0', '--hs-surface': '#f5f6f7', '--hs-line': '#e2e4e7' },
    dark: { '--hs-accent': '#e6e8eb', '--hs-on-accent': '#16181b', '--hs-accent-text': '#e6e8eb', '--hs-background': '#16181b', '--hs-bubble': '#2b2f34', '--hs-surface': '#1f2226', '--hs-line': '#2e3237' },
    values: { '--hs-radius': '12px', '--hs-launcher-radius': '16px' },
  },
  {
    name: 'Forest',
    light: { '--hs-accent': '#0f6b4f', '--hs-accent-text': '#0f6b4f', '--hs-bubble': '#e4f2ec', '--hs-surface': '#f2f6f3', '--hs-line': '#dfe7e2', '--hs-background': '#fdfefc' },
    dark: { '--hs-accent': '#1a7f60', '--hs-accent-text': '#7fd8b8', '--hs-background': '#0f1613', '--hs-bubble': '#1b3329', '--hs-surface': '#17211d', '--hs-line': '#25322c' },
  },
  {
    name: 'Terracotta',
    light: { '--hs-accent': '#b0411f', '--hs-accent-text': '#a53a1a', '--hs-background': '#fffdfa', '--hs-bubble': '#fbeae1', '--hs-surface': '#faf4ee', '--hs-line': '#eee3d9', '--hs-text': '#2a1f1a', '--hs-muted': '#6d5b51' },
    dark: { '--hs-accent': '#c2522e', '--hs-accent-text': '#ffab8c', '--hs-background': '#1a1512', '--hs-bubble': '#3a2620', '--hs-surface': '#241d19', '--hs-line': '#382c26' },
    values: { '--hs-font': 'Georgia, \'Times New Roman\', serif', '--hs-radius': '22px' },
  },
  {
    name: 'Violet',
    light: { '--hs-accent': '#6d3fd1', '--hs-accent-text': '#6234c4', '--hs-bubble': '#f0eafc', '--hs-surface': '#f7f5fb', '--hs-line': '#e8e3f2' },
    dark: { '--hs-accent': '#7c52dd', '--hs-accent-text': '#c5aefb', '--hs-background': '#15121d', '--hs-bubble': '#2e2547', '--hs-surface': '#1e1a29', '--hs-line': '#2e2840' },
  },
  {
    name: 'High contrast',
    light: { '--hs-accent': '#00309e', '--hs-accent-text': '#00309e', '--hs-text': '#000000', '--hs-muted': '#333842', '--hs-line': '#767b86', '--hs-bubble': '#dbe4ff', '--hs-surface': '#f0f2f6', '--hs-danger': '#8a0f0a', '--hs-ok': '#00543a' },
    dark: { '--hs-accent': '#b9c8ff', '--hs-on-accent': '#000000', '--hs-accent-text': '#c9d5ff', '--hs-background': '#000000', '--hs-text': '#ffffff', '--hs-muted': '#d5d9e2', '--hs-line': '#8a909c', '--hs-bubble': '#1d2b57', '--hs-surface': '#14161b', '--hs-danger': '#ffd0cb', '--hs-ok': '#8df0c8' },
    values: { '--hs-font-size': '17px' },
  },
];
