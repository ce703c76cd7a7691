package dev.millrace.server.internal.formats;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A name in a header such as {@code Accept}, in lower case, with the weight that the caller gives it: 0 (refused) to 1.
 */
record WeightedName(String name, double weight) {
    /** Parses the values of all headers with the same name, in their order. */
    static List<WeightedName> parse(List<String> headers) {
        List<WeightedName> names = new ArrayList<>();
        for (String part : String.join(",", headers).split(",")) {
            String[] pieces = part.toLowerCase(Locale.ROOT).split(";", -1);
            String name = pieces[0].strip();
            if (!name.isEmpty()) {
                double weight = 1;
                for (int i = 1; i < pieces.length; i++) {
                    String parameter = pieces[i].strip();
                    if (parameter.startsWith("q=")) {
                        weight = weight(parameter.substring(2));
                    }
                }
                names.add(new WeightedName(name, weight));
            }
        }
        return List.copyOf(names);
    }

    private static double weight(String text) {
        try {
            double weight = Double.parseDouble(text);
            return weight >= 0 && weight <= 1 ? weight : 1;
        } catch (NumberFormatException e) {
            return 1;
        }
    }
}
