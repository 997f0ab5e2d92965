/** What pictures are drawn by that several files of the element show. */

export const CLOSE = "M6 6l12 12M18 6 6 18";
export const GLOBE = "M12 3a9 9 0 1 0 .01 0zM3 12h18M12 3c-5 5-5 13 0 18M12 3c5 5 5 13 0 18";
export const PHONE = "M4 4h4l2 5-2 2 5 5 2-2 5 2v4C11 21 3 13 4 4z";
