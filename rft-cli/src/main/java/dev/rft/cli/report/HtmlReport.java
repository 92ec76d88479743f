package dev.rft.cli.report;

import dev.rft.cli.page.Page;
import dev.rft.cli.page.Resources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Writes a demo's outcome as one HTML page that needs no other file and no network.
 *
 * <p>Whatever comes from the data is escaped by the template engine, or, in the charts' numbers, as
 * JSON; beyond that, the page's content security policy lets run only the two scripts that were
 * written into it, by their hashes.
 */
public final class HtmlReport {

    private HtmlReport() {}

    /**
     * Writes the page, whole or not at all.
     *
     * @param html the file
     * @param data what it shows; nothing else is read
     * @throws IOException when it cannot be written
     */
    public static void write(Path html, ReportData data) throws IOException {
        WholeFile.write(
                Objects.requireNonNull(html, "html"), render(Objects.requireNonNull(data, "data")));
    }

    static String render(ReportData data) throws IOException {
        ChartLibrary library = ChartLibrary.load();
        String script = Resources.text(HtmlReport.class, "report.js");
        Map<String, Object> page = new HashMap<>(new ReportPage(data).values());
        page.put("chartJs", library.script());
        page.put("chartJsVersion", library.version());
        page.put("reportJs", script);
        page.put("scriptHashes", hashes(List.of(library.script(), script)));
        page.put("data", forScriptElement(new ChartData(data).toJson().toString()));
        return Page.render(HtmlReport.class, "report", page);
    }

    /** Within a script element nothing is unescaped, and {@code </script} would end it. */
    private static String forScriptElement(String json) {
        return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
    }

    private static String hashes(List<String> scripts) {
        return scripts.stream()
                .map(script -> "'sha256-" + sha256(script) + "'")
                .collect(Collectors.joining(" "));
    }

    private static String sha256(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("SHA-256: must be there on every platform", absent);
        }
    }
}
