import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What EU DSS says about files, one JSON object a line. The one argument names a list: first line the trusted certificates, second
 * the moment of validation in ms since 1970, then a line for each file, detached contents behind it; parts are parted by tabs.
 */
public final class Judge {
  public static void main(String[] arguments) throws Exception {
    List<String> lines = Files.readAllLines(Path.of(arguments[0]));
    CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
    for (String path : lines.get(0).split("\t")) trusted.addCertificate(DSSUtils.loadCertificate(new File(path)));
    Date at = new Date(Long.parseLong(lines.get(1)));
    List<String> answers =
        lines.subList(2, lines.size()).parallelStream().map(line -> judged(line.split("\t"), trusted, at)).collect(Collectors.toList());
    answers.forEach(System.out::println);
  }

  private static String judged(String[] paths, CommonTrustedCertificateSource trusted, Date at) {
    try {
      SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(paths[0]));
      CommonCertificateVerifier verifier = new CommonCertificateVerifier();
      verifier.setTrustedCertSources(trusted);
      // Nobody is asked: certificates and revocation data are those in the file.
      verifier.setAIASource(null);
      verifier.setCrlSource(null);
      verifier.setOcspSource(null);
      validator.setCertificateVerifier(verifier);
      validator.setValidationTime(at);
      List<DSSDocument> detached = new ArrayList<>();
      for (int i = 1; i < paths.length; i++) detached.add(new FileDocument(paths[i]));
      if (!detached.isEmpty()) validator.setDetachedContents(detached);
      Reports reports = validator.validateDocument();
      SimpleReport simple = reports.getSimpleReport();
      DiagnosticData data = reports.getDiagnosticData();
      String signatures = simple.getSignatureIdList().stream().map(id -> signature(id, simple, data)).collect(Collectors.joining(","));
      return "{\"file\":" + text(paths[0]) + ",\"signatures\":[" + signatures + "]}";
    } catch (Exception | LinkageError failure) {
      return "{\"file\":" + text(paths[0]) + ",\"signatures\":[],\"failure\":" + text(failure.toString()) + "}";
    }
  }

  private static String signature(String id, SimpleReport simple, DiagnosticData data) {
    SignatureWrapper one = data.getSignatureById(id);
    String stamps = one.getTimestampList().stream().map(Judge::stamp).collect(Collectors.joining(","));
    String errors = simple.getAdESValidationErrors(id).stream().map(e -> text(e.getValue())).collect(Collectors.joining(","));
    return "{\"level\":" + text(String.valueOf(simple.getSignatureFormat(id)))
        + ",\"indication\":" + text(String.valueOf(simple.getIndication(id)))
        + ",\"subIndication\":" + text(String.valueOf(simple.getSubIndication(id)))
        + ",\"intact\":" + (one.isSignatureIntact() && one.isSignatureValid())
        + ",\"structure\":" + text(String.join("; ", one.getStructuralValidationMessages()))
        + ",\"timeStamps\":[" + stamps + "],\"errors\":[" + errors + "]}";
  }

  private static String stamp(TimestampWrapper one) {
    return "{\"type\":" + text(String.valueOf(one.getType()))
        + ",\"intact\":" + (one.isMessageImprintDataFound() && one.isMessageImprintDataIntact() && one.isSignatureValid()) + "}";
  }

  private static String text(String value) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : value.toCharArray()) {
      if (c == '"' || c == '\\') out.append('\\').append(c);
      else if (c < 0x20) out.append(String.format("\\u%04x", (int) c));
      else out.append(c);
    }
    return out.append('"').toString();
  }
}
