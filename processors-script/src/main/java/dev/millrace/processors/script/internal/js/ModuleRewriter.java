package dev.millrace.processors.script.internal.js;

import dev.millrace.processors.script.internal.sandbox.ScriptException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A rewriter that turns an ES module into the body of a function, because the engine cannot load modules. Static
 * imports become awaited imports at the top. Exports become getters of the live bindings. {@code import(…)} and {@code
 * import.meta} become parameters. Line numbers do not change.
 *
 * <p>Exporting a destructuring pattern is refused. Imported names are read once, when the importing module starts.
 */
public final class ModuleRewriter {
    private static final Set<String> DECLARATIONS = Set.of("const", "let", "var");

    private static final int LONGEST_PARAMETERS = 64;

    private final String name;
    private final String source;
    private final List<JsToken> tokens;
    private final StringBuilder imports = new StringBuilder();
    private final Map<String, String> exports = new LinkedHashMap<>();
    private final StringBuilder body = new StringBuilder();
    private int copied;
    private int at;

    private ModuleRewriter(String name, String source) {
        this.name = name;
        this.source = source;
        this.tokens = JsScanner.scan(source);
    }

    /**
     * Rewrites a module.
     *
     * @throws ScriptException if an import or an export is not understood; the message names module and line
     */
    public static String rewrite(String name, String source) {
        return new ModuleRewriter(name, source).rewrite();
    }

    private String rewrite() {
        while (at < tokens.size()) {
            JsToken token = tokens.get(at);
            boolean isMember = at > 0 && tokens.get(at - 1).is(".");
            if (token.is("import") && !isMember) {
                importing(token);
            } else if (token.is("export") && !isMember && token.depth() == 0 && isStatement()) {
                exporting(token);
            } else {
                at++;
            }
        }
        body.append(source, copied, source.length());
        String getters = exports.entrySet().stream()
                .map(export -> quoted(export.getKey()) + ":()=>" + export.getValue())
                .collect(Collectors.joining(","));
        return (getters.isEmpty() ? "" : "$export({" + getters + "});") + imports + body;
    }

    /** False for a property or a method with the name {@code export}. */
    private boolean isStatement() {
        return !peek(1).is(":") && !peek(1).is("(") && !peek(1).is("=") && !peek(1).is(".");
    }

    private void importing(JsToken token) {
        if (peek(1).is("(") && !isMethod(token)) {
            replace(token.start(), token.end(), "$import");
            at++;
        } else if (peek(1).is(".") && peek(2).is("meta")) {
            replace(token.start(), peek(2).end(), "$meta");
            at += 3;
        } else if (token.depth() == 0 && !peek(1).is(":") && !peek(1).is("=")) {
            statement(token);
        } else {
            at++;
        }
    }

    /** True for the declaration of a method with the name {@code import}; it may have few parameters only. */
    private boolean isMethod(JsToken token) {
        for (int look = 2; look < LONGEST_PARAMETERS; look++) {
            if (peek(look).is(")") && peek(look).depth() == token.depth()) {
                return peek(look + 1).is("{");
            }
        }
        return false;
    }

    private void statement(JsToken token) {
        at++;
        String all = "";
        Map<String, String> names = new LinkedHashMap<>();
        if (now().kind() != JsToken.Kind.VALUE) {
            while (!now().is("from") || peek(1).is(",") || peek(1).is("from")) {
                if (now().is("*")) {
                    if (!peek(1).is("as")) {
                        throw misread(now(), "import");
                    }
                    all = peek(2).text();
                    at += 3;
                } else if (now().is("{")) {
                    list().forEach(names::put);
                } else if (now().isWord()) {
                    names.put(now().text(), "default");
                    at++;
                } else if (now().is(",")) {
                    at++;
                } else {
                    throw misread(token, "import");
                }
            }
            at++;
        }
        String from = specifier(token);
        String call = call(from, names);
        if (!all.isEmpty()) {
            imports.append("const ").append(all).append('=').append(call).append(';');
        }
        if (!names.isEmpty()) {
            String pattern = names.entrySet().stream()
                    .map(entry -> quoted(entry.getValue()) + ":" + entry.getKey())
                    .collect(Collectors.joining(","));
            imports.append("const {").append(pattern).append("}=").append(call).append(';');
        }
        if (all.isEmpty() && names.isEmpty()) {
            imports.append(call).append(';');
        }
        replace(token.start(), endOfStatement(), "");
    }

    /** The quoted specifier; skips the import attributes after it. */
    private String specifier(JsToken statement) {
        JsToken from = now();
        if (from.kind() != JsToken.Kind.VALUE || "\"'".indexOf(from.text().charAt(0)) < 0) {
            throw misread(statement, statement.text());
        }
        at++;
        if (now().is("with") && !now().lineBefore() && peek(1).is("{")) {
            at++;
            list();
        }
        return quoted(from.unquoted());
    }

    private int endOfStatement() {
        int end = tokens.get(at - 1).end();
        if (now().is(";")) {
            end = now().end();
            at++;
        }
        return end;
    }

    /** Reads {@code {a, b as c}} into a map from the new name to the old one: a to a, c to b. */
    private Map<String, String> list() {
        Map<String, String> names = new LinkedHashMap<>();
        JsToken open = now();
        at++;
        while (!now().is("}")) {
            String first = nameOf(now());
            String second = first;
            if (peek(1).is("as") && !peek(2).is(",") && !peek(2).is("}")) {
                second = nameOf(peek(2));
                at += 2;
            } else if (peek(1).is(":")) {
                at += 2;
            }
            names.put(second, first);
            at++;
            if (now().is(",")) {
                at++;
            } else if (!now().is("}")) {
                throw misread(open, "list of names");
            }
        }
        at++;
        return names;
    }

    private static String nameOf(JsToken token) {
        return token.kind() == JsToken.Kind.VALUE ? token.unquoted() : token.text();
    }

    private static String call(String from, Map<String, String> names) {
        String wanted = names.values().stream().map(ModuleRewriter::quoted).collect(Collectors.joining(","));
        return "await $import(" + from + ",[" + wanted + "])";
    }

    private void exporting(JsToken token) {
        JsToken next = peek(1);
        if (next.is("default")) {
            exportDefault(token, next);
        } else if (next.is("{")) {
            exportList(token);
        } else if (next.is("*")) {
            exportAll(token);
        } else if (DECLARATIONS.contains(next.text())) {
            at += 2;
            names(token).forEach(each -> exports.put(each, each));
            replace(token.start(), next.start(), "");
        } else {
            at++;
            String declared = declaredName(token);
            exports.put(declared, declared);
            replace(token.start(), next.start(), "");
        }
    }

    private void exportDefault(JsToken token, JsToken word) {
        at += 2;
        boolean isFunction =
                now().is("function") || (now().is("async") && peek(1).is("function") && !peek(1).lineBefore());
        if (!isFunction && !now().is("class")) {
            exports.put("default", "$default");
            replace(token.start(), word.end(), "const $default =");
            return;
        }
        JsToken declaration = now();
        while (now().is("async") || now().is("function") || now().is("class") || now().is("*")) {
            at++;
        }
        boolean isNamed = now().isWord() && !now().is("extends");
        exports.put("default", isNamed ? now().text() : "$default");
        replace(token.start(), declaration.start(), "");
        if (!isNamed) {
            int end = tokens.get(at - 1).end();
            replace(end, end, " $default ");
        }
    }

    private void exportList(JsToken token) {
        at++;
        Map<String, String> names = list();
        if (now().is("from")) {
            at++;
            String module = "$from" + token.start();
            imports.append("const " + module + "=" + call(specifier(token), names) + ";");
            names.forEach((exported, local) -> exports.put(exported, module + "[" + quoted(local) + "]"));
        } else {
            names.forEach(exports::put);
        }
        replace(token.start(), endOfStatement(), ";");
    }

    private void exportAll(JsToken token) {
        at += 2;
        String as = "";
        if (now().is("as")) {
            as = nameOf(peek(1));
            at += 2;
        }
        if (!now().is("from")) {
            throw misread(token, "export");
        }
        at++;
        String module = "$from" + token.start();
        imports.append("const " + module + "=await $import(" + specifier(token) + ");");
        if (as.isEmpty()) {
            imports.append("$export.all(").append(module).append(");");
        } else {
            exports.put(as, module);
        }
        replace(token.start(), endOfStatement(), ";");
    }

    private String declaredName(JsToken statement) {
        int look = 0;
        while (peek(look).is("async")
                || peek(look).is("function")
                || peek(look).is("class")
                || peek(look).is("*")) {
            look++;
        }
        if (look == 0 || !peek(look).isWord()) {
            throw misread(statement, "export");
        }
        return peek(look).text();
    }

    /** The names that a {@code const}, {@code let} or {@code var} declares. */
    private List<String> names(JsToken statement) {
        List<String> names = new ArrayList<>();
        int look = 0;
        boolean expectsName = true;
        while (at + look < tokens.size()) {
            JsToken token = peek(look);
            if (expectsName) {
                if (!token.isWord()) {
                    throw misread(statement, "export");
                }
                names.add(token.text());
                expectsName = false;
            } else if (token.depth() == 0 && token.is(",")) {
                expectsName = true;
            } else if (token.depth() == 0
                    && (token.is(";") || token.is("export") || isNewStatement(token, peek(look - 1)))) {
                break;
            }
            look++;
        }
        return names;
    }

    private static boolean isNewStatement(JsToken token, JsToken before) {
        boolean continues = before.kind() == JsToken.Kind.SIGN && !")]}".contains(before.text());
        boolean continued = token.kind() == JsToken.Kind.SIGN && !"{".contains(token.text());
        return token.lineBefore() && !continues && !continued;
    }

    private JsToken now() {
        return peek(0);
    }

    private JsToken peek(int ahead) {
        return at + ahead < tokens.size()
                ? tokens.get(at + ahead)
                : new JsToken(JsToken.Kind.SIGN, source.length(), source.length(), "", 0, true);
    }

    /** Replaces a part of the source; keeps its line breaks. */
    private void replace(int start, int end, String text) {
        body.append(source, copied, start).append(text);
        source.substring(start, end).chars().filter(letter -> letter == '\n').forEach(letter -> body.append('\n'));
        copied = end;
    }

    private ScriptException misread(JsToken token, String what) {
        long line = 1
                + source.substring(0, Math.min(token.start(), source.length()))
                        .chars()
                        .filter(letter -> letter == '\n')
                        .count();
        return new ScriptException("cannot read the " + what + " in line " + line + " of module '" + name
                + "'; write one of: import x from './y.js', export default …, export const x = …, export { x }");
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\\\"") + '"';
    }
}
