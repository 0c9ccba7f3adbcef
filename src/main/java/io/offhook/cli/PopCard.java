package io.offhook.cli;

import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/// What a human sees at first on the page about a handoff, read off the page itself and printed at the width of a
/// terminal.
///
/// @param who      the caller's name or number
/// @param signs    what is known at a glance, such as `upset`
/// @param when     for which route, and how long ago
/// @param about    reason, summary and who wrote it
/// @param sections lines under their headings, in the order of the page
record PopCard(String who, List<String> signs, String when, List<String> about, Map<String, List<String>> sections) {
    private static final int WIDTH = 76;
    private static final String HIDDEN_SIGN = "\u25b2";

    PopCard {
        signs = List.copyOf(signs);
        about = List.copyOf(about);
        sections = Collections.unmodifiableMap(new LinkedHashMap<>(sections));
    }

    /// @throws IOException when this is not such a page
    static PopCard read(String html) throws IOException {
        int from = html.indexOf("<main");
        int to = html.indexOf("</main>");
        if (from < 0 || to < from) {
            throw new IOException("the page has no main part");
        }
        try {
            return read(document(html.substring(from, to + "</main>".length())));
        } catch (SAXException | ParserConfigurationException | XPathExpressionException e) {
            throw new IOException("the page can't be read", e);
        }
    }

    /// The main part is XML as it stands.
    private static Document document(String xml) throws SAXException, ParserConfigurationException, IOException {
        var factory = DocumentBuilderFactory.newDefaultInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }

    private static PopCard read(Document page) throws XPathExpressionException {
        var path = XPathFactory.newDefaultInstance().newXPath();
        var who = new ArrayList<>(texts(path, "//h1 | //span[@class='number']", page));
        var sections = new LinkedHashMap<String, List<String>>();
        var headings = (NodeList) path.evaluate("//section/h2", page, XPathConstants.NODESET);
        for (int i = 0; i < headings.getLength(); i++) {
            var section = headings.item(i).getParentNode();
            sections.put(text(headings.item(i).getTextContent()), texts(path, "p | ul/li | dl/div", section));
        }
        return new PopCard(
                String.join("  ", who),
                texts(path, "//ul[@class='signs']/li", page),
                String.join(" ", texts(path, "//p[@class='when']", page)),
                texts(path, "//section[@class='about']/p", page),
                sections);
    }

    private static List<String> texts(XPath path, String expression, Object in) throws XPathExpressionException {
        var nodes = (NodeList) path.evaluate(expression, in, XPathConstants.NODESET);
        var texts = new ArrayList<String>();
        for (int i = 0; i < nodes.getLength(); i++) {
            var node = nodes.item(i);
            var name = path.evaluate("dt", node);
            texts.add(name.isEmpty() ? text(node.getTextContent()) : text(name) + ": " + text(path.evaluate("dd", node)));
        }
        return texts;
    }

    private static String text(String content) {
        return content.replace(HIDDEN_SIGN, "").replaceAll("\\s+", " ").strip();
    }

    /// All that is on it, for whoever looks for something.
    String text() {
        var all = new ArrayList<>(List.of(who, when));
        all.addAll(signs);
        all.addAll(about);
        sections.values().forEach(all::addAll);
        return String.join("\n", all);
    }

    /// The same, for programs.
    Map<String, Object> document(URI link) {
        var document = new LinkedHashMap<String, Object>();
        document.put("link", link.toString());
        document.put("who", who);
        document.put("signs", signs);
        document.put("when", when);
        document.put("about", about);
        document.put("sections", sections);
        return document;
    }

    void print(Output output) {
        output.data("  " + "-".repeat(WIDTH));
        output.data("  ", Terminal.bold(who) + "   " + String.join(" · ", signs));
        output.data("  ", when);
        output.data("");
        about.forEach(line -> output.data("  ", line));
        output.data("");
        sections.forEach((heading, lines) -> {
            for (int i = 0; i < lines.size(); i++) {
                output.data("  " + String.format("%-17s", i == 0 ? heading : ""), lines.get(i));
            }
        });
        output.data("  " + "-".repeat(WIDTH));
    }
}
