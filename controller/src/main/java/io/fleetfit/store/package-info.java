/** Adapter: JDBC stores and the blob directory. */
@NullMarked
package io.fleetfit.store;

import org.jspecify.annotations.NullMarked;
