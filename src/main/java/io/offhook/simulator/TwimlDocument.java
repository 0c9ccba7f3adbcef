package io.offhook.simulator;

import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/// A parsed document: the verbs that will run, and a warning for all that will not.
record TwimlDocument(Optional<String> url, List<TwimlVerb> verbs, List<String> warnings) {
    static final int MAX_BYTES = 64 * 1024;

    /// Reads XML without DTD, as Twilio does; the schema drops what it does not know.
    static TwimlDocument parse(String xml, Optional<String> url) throws TwimlException {
        var where = url.orElse("the document given to REST");
        Element root;
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var builder = factory.newDocumentBuilder();
            // The default prints to standard error.
            builder.setErrorHandler(new DefaultHandler());
            root = builder.parse(new InputSource(new StringReader(xml.strip()))).getDocumentElement();
        } catch (SAXException | IOException | ParserConfigurationException e) {
            throw new TwimlException(12100, "document parse failure: " + e.getMessage(), where);
        }
        if (!root.getTagName().equals("Response")) {
            throw new TwimlException(12100, "the root is " + root.getTagName() + ", not Response", where);
        }
        var warnings = new ArrayList<String>();
        return new TwimlDocument(url, children(root, TwimlSchema.VERBS, warnings), List.copyOf(warnings));
    }

    private static List<TwimlVerb> children(Element parent, Set<String> allowed, List<String> warnings) {
        var verbs = new ArrayList<TwimlVerb>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element) {
                if (allowed.contains(element.getTagName())) {
                    verbs.add(verb(element, warnings));
                } else if (!allowed.contains(TwimlSchema.ANYTHING)) {
                    warnings.add(element.getTagName() + " is not allowed in " + parent.getTagName());
                }
            } else if (node.getNodeType() == Node.TEXT_NODE
                    && parent.getTagName().equals("Response")
                    && !node.getTextContent().isBlank()) {
                warnings.add("text between verbs");
            }
        }
        return List.copyOf(verbs);
    }

    private static TwimlVerb verb(Element element, List<String> warnings) {
        var name = element.getTagName();
        var rule = TwimlSchema.RULES.getOrDefault(name, new TwimlSchema.Rule(Set.of(), Set.of(), Set.of()));
        Map<String, String> attributes = new LinkedHashMap<>();
        var given = element.getAttributes();
        for (int i = 0; i < given.getLength(); i++) {
            var attribute = given.item(i).getNodeName();
            var value = given.item(i).getNodeValue();
            if (!rule.attributes().contains(attribute)) {
                warnings.add("attribute " + attribute + " is not allowed in " + name);
            } else if (rule.numbers().contains(attribute) && !value.strip().matches("\\d{1,9}")) {
                warnings.add("attribute " + attribute + " of " + name + " is not a number: " + value);
            } else {
                attributes.put(attribute, value);
            }
        }
        var text = rule.children().isEmpty() || name.equals("Say") ? element.getTextContent() : ownText(element);
        return new TwimlVerb(name, Map.copyOf(attributes), text.strip(), children(element, rule.children(), warnings));
    }

    private static String ownText(Element element) {
        var text = new StringBuilder();
        for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node.getNodeType() == Node.TEXT_NODE || node.getNodeType() == Node.CDATA_SECTION_NODE) {
                text.append(node.getTextContent());
            }
        }
        return text.toString();
    }

    /// The absolute form of an address in this document.
    String resolve(String reference) throws TwimlException {
        try {
            var target = URI.create(reference.strip().replace(" ", "%20"));
            if (target.isAbsolute()) {
                return reference.strip();
            }
            if (url.isEmpty()) {
                throw new TwimlException(11100, "relative address in a document without one: " + reference, reference);
            }
            return URI.create(CarrierSignature.withoutFragment(url.get()))
                    .resolve(target)
                    .toString();
        } catch (IllegalArgumentException e) {
            throw new TwimlException(11100, "invalid URL: " + reference, reference);
        }
    }

    /// The address a verb asks when it is done: its `action`, or this document again.
    Optional<String> action(TwimlVerb verb) throws TwimlException {
        var action = verb.filled("action");
        return action.isPresent() ? Optional.of(resolve(action.get())) : Optional.empty();
    }
}
