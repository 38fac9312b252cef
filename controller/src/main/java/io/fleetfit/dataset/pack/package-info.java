/** Packs pictures, arrays and lists, as people have them on their disks, into a data set's file. Runs where the data is. */
@NullMarked
package io.fleetfit.dataset.pack;

import org.jspecify.annotations.NullMarked;
