import Plotly from 'plotly.js/lib/core';
import bar from 'plotly.js/lib/bar';
import heatmap from 'plotly.js/lib/heatmap';
import pie from 'plotly.js/lib/pie';
import sankey from 'plotly.js/lib/sankey';

Plotly.register([bar, heatmap, pie, sankey]); // scatter is part of the core
window.Plotly = Plotly;
