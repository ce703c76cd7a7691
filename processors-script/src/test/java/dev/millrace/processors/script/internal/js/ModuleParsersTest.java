package dev.millrace.processors.script.internal.js;

import static dev.millrace.contracts.text.HostileTexts.around;

import dev.millrace.contracts.text.HostileText;
import dev.millrace.contracts.text.LinearTimeCheck;
import dev.millrace.processors.script.internal.sandbox.ScriptException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Modules of scripts are scanned and rewritten in a time that is linear in their length. */
class ModuleParsersTest {
    private static final LinearTimeCheck MODULE = LinearTimeCheck.of(
                    "module", text -> ModuleRewriter.rewrite("m", text))
            .refusingWith(ScriptException.class);

    @Test
    void should_rewrite_a_module_in_linear_time() {
        MODULE.sampled()
                .check(around(
                        "import a, { b as c } from './x.js'; export const d = /[/]/g.test(`${c}`);\n",
                        "export default async function f({ g = 1, ...h }) { return await import('y'); }\n"));
    }

    @Test
    void should_rewrite_many_statements_in_linear_time() {
        MODULE.check(List.of(
                HostileText.repeated("import a from 'b';\n"),
                HostileText.repeated("export const a = 1;\n"),
                HostileText.repeated("export function f() {}\n"),
                HostileText.repeated("export { a };\n"),
                HostileText.within("export { a", ", a", " };"),
                HostileText.within("import { a", ", a", " } from 'b';"),
                HostileText.within("export const a = 1", ", a = 1", ";"),
                HostileText.repeated("`${"),
                HostileText.repeated("/*"),
                HostileText.repeated("import(")));
    }
}
