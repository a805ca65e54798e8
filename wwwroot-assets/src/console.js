// The few things the browser must do itself: theme, keyboard, dialogs, downloads.
const root = document.documentElement;
const isDark = () => (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
const announceTheme = () => document.dispatchEvent(new CustomEvent('themechange'));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', announceTheme);

function toggleTheme() {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  localStorage.setItem('theme', root.dataset.theme);
  announceTheme();
}

// Blazor's enhanced navigation may reset attributes of <html>.
new MutationObserver(() => {
  const chosen = localStorage.getItem('theme');
  if (chosen && root.dataset.theme !== chosen) root.dataset.theme = chosen;
}).observe(root, { attributes: true, attributeFilter: ['data-theme'] });

const typing = e => e.target.closest?.('input, textarea, select, [contenteditable=true]');
let palette; // the search palette's .NET side, once connected

document.addEventListener('keydown', e => {
  if (e.target.dataset?.arrows !== undefined && (e.key === 'ArrowUp' || e.key === 'ArrowDown')) e.preventDefault(); // the list moves, not the caret
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') {
    e.preventDefault();
    palette?.invokeMethodAsync('OpenAsync');
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || typing(e) || document.querySelector('dialog[open]')) return;
  if (e.key === '/') {
    const search = document.querySelector('.main input[type=search]');
    e.preventDefault();
    if (search) { search.focus(); search.select(); } else palette?.invokeMethodAsync('OpenAsync');
  } else if (e.key === 'n') {
    document.querySelector('.main [data-shortcut=new]')?.click();
  } else if (e.key === '?') {
    palette?.invokeMethodAsync('ShowShortcutsAsync');
  }
});

document.addEventListener('click', e => {
  if (e.target.closest?.('[data-toggle-theme]')) toggleTheme();
  if (e.target.closest?.('[data-copy]')) navigator.clipboard?.writeText(e.target.closest('[data-copy]').dataset.copy);
});

let returnTo;
window.marketingConsole = {
  connectPalette: reference => { palette = reference; },
  openDialog: element => {
    if (!element.open) { returnTo = document.activeElement; element.showModal(); }
    element.querySelector('[autofocus]')?.focus();
  },
  closeDialog: element => { if (element.open) element.close(); returnTo?.focus?.(); },
  reveal: element => element?.scrollIntoView({ block: 'nearest' }),
  revealId: id => document.getElementById(id)?.scrollIntoView({ block: 'nearest' }),
  download: (name, type, content) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  },
  downloadStream: async (name, type, stream) => window.marketingConsole.download(name, type, await stream.arrayBuffer()),
};
