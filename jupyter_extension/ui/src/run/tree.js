// Files of a run as the rows of a tree, whose folders are read when they are opened; pure.

/**
 * @typedef {{path: string, is_dir: boolean, file_size?: number}} File
 * @typedef {{file: File, level: number, open: boolean, loading: boolean, size: number, place: number}} FileRow
 *   place and size count the files of its folder
 */

/** @param {string} path */
export const baseName = (path) => path.slice(path.lastIndexOf("/") + 1);

/** @param {string} path "" for what lies at the top */
export const folderOf = (path) => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/**
 * @param {Map<string, File[]>} listings by folder, "" the top
 * @param {Set<string>} open folders
 * @param {number} [most] of one folder
 * @returns {FileRow[]} folders first, then by name with numbers as numbers
 */
export function fileRows(listings, open, most = Infinity, folder = "", level = 1) {
  const files = [...(listings.get(folder) ?? [])].sort(inOrder);
  return files.slice(0, most).flatMap((file, place) => {
    const isOpen = file.is_dir && open.has(file.path);
    const loading = isOpen && !listings.has(file.path);
    const row = { file, level, open: isOpen, loading, size: files.length, place };
    return isOpen ? [row, ...fileRows(listings, open, most, file.path, level + 1)] : [row];
  });
}

const byName = new Intl.Collator("en", { numeric: true }).compare;

/**
 * @param {File} a
 * @param {File} b
 */
const inOrder = (a, b) => Number(b.is_dir) - Number(a.is_dir) || byName(baseName(a.path), baseName(b.path));

/**
 * The folders above a file, from the top.
 * @param {string} path
 */
export function foldersAbove(path) {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

const PICTURE = /\.(png|jpe?g|gif|webp)$/i;

/**
 * Whether a file is a picture to be shown; MLflow's thumbnails of logged images are not.
 * @param {File} file
 */
export const isPicture = (file) => !file.is_dir && PICTURE.test(file.path) && !file.path.endsWith("+compressed.webp");

/**
 * The name under which a picture is shown: `images/loss+step+3+timestamp+…` is "loss · step 3".
 * @param {string} path
 */
export function pictureName(path) {
  const name = baseName(path);
  const logged = /^(.+)[+%]step[+%](-?\d+)[+%]timestamp[+%]/.exec(name);
  return logged ? `${logged[1].replaceAll("~", "/")} · step ${logged[2]}` : name;
}
