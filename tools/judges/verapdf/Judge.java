import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.ValidationResult;

/** Whether files are what they claim to be: list of lines "path TAB flavour" (`2b`, `ua1` …), one JSON object a line back. */
public final class Judge {
  public static void main(String[] arguments) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    for (String line : Files.readAllLines(Path.of(arguments[0]))) System.out.println(judged(line.split("\t")));
  }

  private static String judged(String[] question) {
    PDFAFlavour flavour = PDFAFlavour.byFlavourId(question[1]);
    try (InputStream in = new FileInputStream(question[0]);
        PDFAParser parser = Foundries.defaultInstance().createParser(in, flavour);
        PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
      ValidationResult result = validator.validate(parser);
      String broken =
          result.getTestAssertions().stream()
              .map(one -> one.getRuleId().getClause() + " " + one.getRuleId().getTestNumber() + ": " + one.getMessage())
              .distinct()
              .map(Judge::quoted)
              .collect(Collectors.joining(","));
      return "{\"compliant\":" + result.isCompliant() + ",\"broken\":[" + broken + "]}";
    } catch (Exception fault) {
      return "{\"compliant\":false,\"broken\":[],\"failure\":" + quoted(String.valueOf(fault)) + "}";
    }
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\s+", " ") + '"';
  }
}
