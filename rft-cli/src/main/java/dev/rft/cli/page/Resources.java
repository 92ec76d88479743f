package dev.rft.cli.page;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Text files on the class path. */
public final class Resources {

    private Resources() {}

    /**
     * Reads a file.
     *
     * @param home the class in whose package it is
     * @param name relative to that package, or absolute with a leading slash
     * @return its text
     * @throws IOException when it cannot be read
     */
    public static String text(Class<?> home, String name) throws IOException {
        try (InputStream in = home.getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException(name + ": must be on the class path, was missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
