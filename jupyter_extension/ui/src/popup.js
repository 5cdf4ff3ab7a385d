// What opens above a view: menus, popovers, dialogs and short notes, with the keyboard and the focus
// as people expect them. All live in the top layer, so no output area or panel cuts them off.

export { openPopover } from "./popup/popover.js";
export { openMenu } from "./popup/menu.js";
export { askText, confirmed } from "./popup/dialog.js";
export { toast } from "./popup/toast.js";
