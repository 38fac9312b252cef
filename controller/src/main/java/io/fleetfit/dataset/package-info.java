/** Data sets: samples for calibration and validation, their labels, and how they become a model's inputs. Pure. */
@NullMarked
package io.fleetfit.dataset;

import org.jspecify.annotations.NullMarked;
