package dev.rft.cli.report;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Text files on the class path. */
final class Resources {

    private Resources() {}

    /** Reads a file, whose name is relative to this package or absolute with a leading slash. */
    static String text(String name) throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException(name + ": must be on the class path, was missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
