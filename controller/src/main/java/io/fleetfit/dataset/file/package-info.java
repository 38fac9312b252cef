/**
 * A data set as one file: a ZIP archive (APPNOTE 6.3) whose entries are stored, not deflated, with {@code samples/…} first,
 * then {@code samples.jsonl}, a line a sample, then {@code dataset.json}. Order, names and times of the entries follow from
 * the content alone, so that the same samples in the same order are the same bytes. Pure.
 */
@NullMarked
package io.fleetfit.dataset.file;

import org.jspecify.annotations.NullMarked;
