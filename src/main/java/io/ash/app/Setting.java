package io.ash.app;

/**
 * One setting of ash.
 *
 * @param name the environment variable, also the key in the settings file
 * @param otherwise what holds without it, as text; empty where there is none
 * @param about one line for people
 */
public record Setting(String name, String otherwise, String about) {}
