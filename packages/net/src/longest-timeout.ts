/** A timer fires at once beyond this many milliseconds (2³¹ − 1, some 25 days). */
export const longestTimeoutMs = 2_147_483_647;
