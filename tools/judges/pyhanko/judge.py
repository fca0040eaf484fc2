"""What pyHanko says about PDF and CMS files, one JSON object a line.

The one argument names a JSON file: {"trust": [path], "at": ms since 1970, "files": [{"path", "detached"?: path}]}.
It asks nobody: revocation data are those in the file.
"""
import asyncio
import datetime
import hashlib
import json
import logging
import sys

from asn1crypto import cms
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    StandardCMSSignatureStatus,
    async_validate_cms_signature,
    async_validate_detached_cms,
    async_validate_pdf_signature,
)
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.generic_cms import collect_timing_info
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

logging.disable(logging.CRITICAL)


def context(trust, at, store=None):
    """Where a PDF has a security store, every certificate needs its revocation data from there."""
    settings = {'trust_roots': trust, 'moment': at, 'allow_fetching': False}
    if store is None:
        return ValidationContext(**settings, revocation_mode='soft-fail')
    return store.as_validation_context({**settings, 'revocation_mode': 'require'})


def plain(status):
    """Integrity, value and path of one signature, and of the time-stamp beside it."""
    stamp = getattr(status, 'timestamp_validity', None)
    return {
        'intact': bool(status.intact),
        'valid': bool(status.valid),
        'trusted': bool(status.trusted),
        'timeStamp': None if stamp is None else bool(stamp.intact and stamp.valid and stamp.trusted),
    }


async def pdf_signature(embedded, trust, at, store, archived):
    status = await async_validate_pdf_signature(embedded, context(trust, at, store))
    out = {
        **plain(status),
        'coverage': status.coverage.name,
        'modification': None if status.modification_level is None else status.modification_level.name,
        'allowed': bool(status.docmdp_ok),
    }
    if archived:
        policy = CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(trust_roots=trust),
            revinfo_policy=CertRevTrustPolicy(revocation_checking_policy=REQUIRE_REVINFO),
        )
        spec = SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        )
        timing = ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=True)
        result = await ades_lta_validation(embedded, PdfSignatureValidationSpec(spec), timing)
        out['archive'] = str(result.ades_subindic)
    return out


async def cms_signature(signed, detached, validation_context):
    if detached is not None:
        with open(detached, 'rb') as content:
            return plain(await async_validate_detached_cms(content, signed, validation_context))
    content = signed['encap_content_info']['content'].native
    timing = await collect_timing_info(
        signed['signer_infos'][0], validation_context, lambda digest: hashlib.new(digest.replace('-', '_'), content).digest()
    )
    status = await async_validate_cms_signature(
        signed, status_cls=StandardCMSSignatureStatus, validation_context=validation_context, status_kwargs=timing
    )
    return plain(status)


async def judged(one, trust, at):
    with open(one['path'], 'rb') as stream:
        if stream.read(5) == b'%PDF-':
            reader = PdfFileReader(stream, strict=False)
            store = DocumentSecurityStore.read_dss(reader) if '/DSS' in reader.root else None
            archived = len(reader.embedded_timestamp_signatures) > 0
            return {'signatures': [await pdf_signature(each, trust, at, store, archived) for each in reader.embedded_regular_signatures]}
        stream.seek(0)
        signed = cms.ContentInfo.load(stream.read(), strict=True)['content']
    return {'signatures': [await cms_signature(signed, one.get('detached'), context(trust, at))]}


async def main():
    with open(sys.argv[1], encoding='utf-8') as question:
        asked = json.load(question)
    trust = [load_cert_from_pemder(path) for path in asked['trust']]
    at = datetime.datetime.fromtimestamp(asked['at'] / 1000, tz=datetime.timezone.utc)
    for one in asked['files']:
        try:
            answer = await judged(one, trust, at)
        except Exception as failure:
            answer = {'signatures': [], 'failure': f'{type(failure).__name__}: {failure}'}
        print(json.dumps(answer))


asyncio.run(main())
