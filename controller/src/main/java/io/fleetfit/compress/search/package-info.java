/** The search for a family of variants: candidates, quality gates, fronts. Pure. */
@NullMarked
package io.fleetfit.compress.search;

import org.jspecify.annotations.NullMarked;
