import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.apache.poi.openxml4j.opc.OPCPackage;
import org.apache.poi.openxml4j.opc.PackageAccess;
import org.apache.poi.poifs.crypt.HashAlgorithm;
import org.apache.poi.poifs.crypt.dsig.SignatureConfig;
import org.apache.poi.poifs.crypt.dsig.SignatureInfo;
import org.apache.poi.poifs.crypt.dsig.SignaturePart;

/**
 * Asks Apache POI about package signatures, and lets it sign.
 *
 * Each line of the file named by the first argument is a question, its members divided by tabs:
 * "verify FILE" is answered by one JSON line of booleans, one a signature;
 * "sign FILE PKCS12 ALIAS DIGEST MILLISECONDS" signs in place; the passphrase comes in the environment.
 */
public class Poi {
  public static void main(String[] args) throws Exception {
    for (String line : Files.readAllLines(Path.of(args[0]), StandardCharsets.UTF_8)) {
      String[] question = line.split("\t");
      try {
        System.out.println(question[0].equals("sign") ? sign(question) : verify(question[1]));
      } catch (Exception | LinkageError failure) {
        System.out.println("{\"failure\":\"" + String.valueOf(failure).replaceAll("[\"\\\\\\p{Cntrl}]", " ") + "\"}");
      }
    }
  }

  private static String verify(String file) throws Exception {
    try (OPCPackage opc = OPCPackage.open(new File(file), PackageAccess.READ)) {
      SignatureInfo info = info(opc, new SignatureConfig());
      List<String> valid = new ArrayList<>();
      for (SignaturePart part : info.getSignatureParts()) valid.add(String.valueOf(part.validate()));
      return "{\"valid\":[" + String.join(",", valid) + "]}";
    }
  }

  private static String sign(String[] question) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    char[] pass = System.getenv("POI_PASSPHRASE").toCharArray();
    store.load(Files.newInputStream(Path.of(question[2])), pass);
    SignatureConfig config = new SignatureConfig();
    config.setKey((PrivateKey) store.getKey(question[3], pass));
    X509Certificate[] chain =
        Arrays.stream(store.getCertificateChain(question[3])).toArray(X509Certificate[]::new);
    config.setSigningCertificateChain(Arrays.asList(chain));
    config.setDigestAlgo(HashAlgorithm.valueOf(question[4]));
    config.setExecutionTime(new Date(Long.parseLong(question[5])));
    config.setSignatureDescription("phê duyệt");
    config.setAllowMultipleSignatures(true);
    try (OPCPackage opc = OPCPackage.open(new File(question[1]), PackageAccess.READ_WRITE)) {
      SignatureInfo info = info(opc, config);
      info.confirmSignature();
    }
    return "{\"signed\":true}";
  }

  private static SignatureInfo info(OPCPackage opc, SignatureConfig config) {
    SignatureInfo info = new SignatureInfo();
    info.setOpcPackage(opc);
    info.setSignatureConfig(config);
    return info;
  }
}
