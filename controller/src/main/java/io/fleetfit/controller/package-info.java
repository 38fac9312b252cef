@NullMarked
package io.fleetfit.controller;

import org.jspecify.annotations.NullMarked;
