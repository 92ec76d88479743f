package dev.rft.cli.report;

import dev.rft.cli.page.Resources;
import java.io.IOException;
import java.io.StringReader;
import java.util.Properties;

/**
 * The chart library, out of its webjar. The path within the jar holds the version, which the jar's
 * own properties tell, so that a newer jar needs no change here.
 *
 * @param version its version
 * @param script its script, in the form for a script element
 */
record ChartLibrary(String version, String script) {

    private static final String PROPERTIES =
            "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";

    ChartLibrary {
        if (script.contains("</script")) {
            throw new IllegalArgumentException(
                    "chart library " + version + ": must not contain </script, but does");
        }
    }

    static ChartLibrary load() throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(Resources.text(ChartLibrary.class, PROPERTIES)));
        String version = properties.getProperty("version", "").strip();
        String script =
                Resources.text(
                        ChartLibrary.class,
                        "/META-INF/resources/webjars/chart.js/"
                                + version
                                + "/dist/chart.umd.min.js");
        // The map is not part of the page, and a browser's developer tools would look for it.
        return new ChartLibrary(version, script.replaceAll("(?m)^//# sourceMappingURL=.*$", ""));
    }
}
