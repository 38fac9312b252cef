package io.fleetfit.profiles;

/** A value with the place it was taken from. */
public record Figure<T>(T value, String source) {}
