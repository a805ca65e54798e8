// Dragging conditions and groups with mouse, pen or finger. Blazor owns the tree: nothing in it is moved here, only the drop line is placed.
const threshold = 5, edge = 60, step = 14;

// The first thing to fill in; of a group, its first condition.
export function enter(tree, path) {
  const row = tree.querySelector(`li[data-path="${path}"]`);
  row?.querySelector(row.querySelector('fieldset') ? '.picker > button' : '.condition > :is(select, input), .condition input, .condition select')?.focus();
}

export function start(tree, page) {
  const line = tree.parentElement.querySelector('[data-drop]');
  let drag;

  // The innermost group under the pointer that is not the dragged one, and the place in it.
  function target(x, y) {
    const group = document.elementsFromPoint(x, y).map(e => e.closest?.('fieldset[data-group]')).find(g => g && tree.contains(g) && !drag.item.contains(g));
    if (!group) return null;
    const list = group.querySelector(':scope > ul');
    const items = [...list.children].filter(item => item !== drag.item);
    const index = items.filter(item => { const box = item.getBoundingClientRect(); return y > box.top + box.height / 2; }).length;
    return { group: group.dataset.group, index, list, items };
  }

  function show(place) {
    line.hidden = !place;
    if (!place) return;
    const { list, items, index } = place, box = list.getBoundingClientRect(), next = items[index]?.getBoundingClientRect(), last = items.at(-1)?.getBoundingClientRect();
    Object.assign(line.style, { left: `${box.left}px`, width: `${box.width}px`, top: `${next ? next.top - 4 : last ? last.bottom + 4 : box.top}px` });
  }

  function down(e) {
    const grip = e.target.closest('[data-grip]');
    if (!grip || e.button !== 0 || drag) return;
    e.preventDefault();
    grip.setPointerCapture(e.pointerId);
    drag = { grip, item: grip.closest('li[data-path]'), x: e.clientX, y: e.clientY, on: false, place: null };
  }

  function move(e) {
    if (!drag) return;
    if (!drag.on && Math.hypot(e.clientX - drag.x, e.clientY - drag.y) < threshold) return;
    if (!drag.on) { drag.on = true; drag.item.dataset.dragged = ''; }
    if (e.clientY < edge) scrollBy(0, -step); else if (e.clientY > innerHeight - edge) scrollBy(0, step);
    show(drag.place = target(e.clientX, e.clientY));
  }

  function end(drop) {
    if (!drag) return;
    const { item, place, on } = drag;
    delete item.dataset.dragged;
    drag = null;
    line.hidden = true;
    if (drop && on && place) page.invokeMethodAsync('Drop', item.dataset.path, place.group, place.index);
  }

  // Text fields undo what was typed in them themselves.
  function undo(e) {
    const key = e.key.toLowerCase(), how = key === 'z' ? (e.shiftKey ? 'Redo' : 'Undo') : key === 'y' ? 'Redo' : null;
    if (!how || !(e.ctrlKey || e.metaKey) || e.altKey || e.target.closest('input:not([type=range]), textarea, dialog')) return;
    e.preventDefault();
    page.invokeMethodAsync(how);
  }

  const up = () => end(true), cancel = () => end(false), key = e => { if (e.key === 'Escape' && drag) { e.stopPropagation(); end(false); } };
  tree.addEventListener('pointerdown', down);
  tree.addEventListener('pointermove', move);
  tree.addEventListener('pointerup', up);
  tree.addEventListener('pointercancel', cancel);
  document.addEventListener('keydown', key, true);
  document.addEventListener('keydown', undo);
  return {
    stop: () => {
      tree.removeEventListener('pointerdown', down);
      tree.removeEventListener('pointermove', move);
      tree.removeEventListener('pointerup', up);
      tree.removeEventListener('pointercancel', cancel);
      document.removeEventListener('keydown', key, true);
      document.removeEventListener('keydown', undo);
    },
  };
}
