/** Adapter: REST interface and event stream. */
@NullMarked
package io.fleetfit.http;

import org.jspecify.annotations.NullMarked;
