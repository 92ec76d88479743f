package dev.rft.cli.page;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashMap;
import java.util.Map;

/**
 * A page of HTML that needs nothing but itself: a template, the style that all pages share, and the
 * page's own.
 */
public final class Page {

    private Page() {}

    /**
     * Fills in a template. It has the style as {@code css}, and may include the tiles at the top.
     *
     * @param home the class beside which {@code NAME.html} and {@code NAME.css} are
     * @param name the page's name
     * @param values what the template asks for, all of it; empty text counts as false in a section
     * @return the page
     * @throws IOException when a part of it is not on the class path
     */
    public static String render(Class<?> home, String name, Map<String, ?> values)
            throws IOException {
        Map<String, Object> page = new HashMap<>(values);
        page.put(
                "css",
                Resources.text(Page.class, "page.css") + Resources.text(home, name + ".css"));
        return Mustache.compiler()
                .emptyStringIsFalse(true)
                .withLoader(part -> new StringReader(Resources.text(Page.class, part + ".html")))
                .compile(Resources.text(home, name + ".html"))
                .execute(page);
    }
}
