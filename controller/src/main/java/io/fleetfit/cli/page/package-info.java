/** The comparison of variants as a page that needs nothing but a browser. */
@NullMarked
package io.fleetfit.cli.page;

import org.jspecify.annotations.NullMarked;
