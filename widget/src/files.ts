/** Pictures and files, which the chat cannot read: it says so instead of ignoring them or leaving the page. */

/** Calls back when a file is pasted or dropped; pasted text goes its way. */
export function refuseFiles(place: HTMLElement, refused: () => void): void {
  place.addEventListener("paste", ({ clipboardData }) => {
    if (hasFiles(clipboardData) && !clipboardData?.getData("text/plain")) refused();
  });
  place.addEventListener("dragover", (event) => hasFiles(event.dataTransfer) && event.preventDefault());
  place.addEventListener("drop", (event) => {
    if (!hasFiles(event.dataTransfer)) return;
    // Otherwise the browser would show the file in place of the page.
    event.preventDefault();
    refused();
  });
}

function hasFiles(data: DataTransfer | null): boolean {
  return data !== null && [...data.types].includes("Files");
}
