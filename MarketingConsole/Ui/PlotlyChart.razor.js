let loading;
const load = url => loading ??= new Promise((resolve, reject) => {
  const script = document.createElement('script');
  script.src = new URL(url, document.baseURI).href;
  script.onload = () => resolve(window.Plotly);
  script.onerror = () => { loading = undefined; reject(new Error('The chart library did not load.')); };
  document.head.append(script);
});

// "var(--x)" anywhere in the data becomes the colour of the current theme.
function themed(value, colour) {
  if (typeof value === 'string') return value.startsWith('var(') ? colour(value) : value;
  if (Array.isArray(value)) return typeof value[0] === 'number' && typeof value.at(-1) !== 'string' ? value : value.map(x => themed(x, colour));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, themed(v, colour)]));
  return value;
}

const plain = value => value && typeof value === 'object' && !Array.isArray(value);
function merge(base, over) {
  const out = { ...base };
  for (const [key, value] of Object.entries(over)) out[key] = plain(value) && plain(out[key]) ? merge(out[key], value) : value;
  return out;
}

async function redraw(element) {
  const { url, traces, layout, separators } = element._chart;
  const Plotly = await load(url);
  if (!element.isConnected) return;
  const probe = element.appendChild(document.createElement('span'));
  const colour = name => { probe.style.color = name; return getComputedStyle(probe).color; };
  const axis = { gridcolor: 'var(--border)', linecolor: 'var(--border)', zerolinecolor: 'var(--border)', tickcolor: 'var(--border)', automargin: true, title: { standoff: 10, font: { size: 12, color: 'var(--text-2)' } } };
  const base = {
    paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', separators,
    colorway: [1, 2, 3, 4, 5, 6, 7, 8].map(n => `var(--chart-${n})`),
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: 'var(--text-2)' },
    margin: { t: 8, r: 12, b: 36, l: 48 }, xaxis: axis, yaxis: axis, hovermode: 'closest',
    hoverlabel: { bgcolor: 'var(--surface)', bordercolor: 'var(--border)', font: { color: 'var(--text)' } },
    legend: { orientation: 'h', y: 1.02, yanchor: 'bottom', x: 0 },
  };
  const shown = themed(merge(base, layout), colour);
  const data = themed(traces, colour);
  probe.remove();
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  await Plotly.react(element, data, { ...shown, transition: still ? undefined : shown.transition }, { displayModeBar: false, responsive: true });
}

export async function draw(element, url, traces, layout, separators, self) {
  const first = !element._chart;
  element._chart = { url, traces, layout, separators };
  await redraw(element);
  if (!first) return;
  element._themed = () => redraw(element);
  document.addEventListener('themechange', element._themed);
  if (self) {
    element.on('plotly_click', e => {
      const p = e.points[0];
      self.invokeMethodAsync('PointAsync', { trace: p.curveNumber ?? 0, point: p.pointIndex ?? p.pointNumber ?? 0, x: String(p.x ?? p.label ?? '') });
    });
  }
}

export function dispose(element) {
  if (!element) return;
  document.removeEventListener('themechange', element._themed);
  window.Plotly?.purge(element);
}
