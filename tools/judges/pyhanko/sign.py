"""Signatures made by pyHanko in PDF and CMS at every level, for our judge.

The one argument names a folder as `theirs/desk.ts` makes it; results go into its `out`, one line on stdout for each file.
"""
import asyncio
import datetime
import glob
import logging
import os
import sys

from asn1crypto import crl
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfTimeStamper, signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)
FOLDER = sys.argv[1]
LEVELS = ('B-B', 'B-T', 'B-LT', 'B-LTA')


def path(name):
    return os.path.join(FOLDER, name)


def read(name):
    with open(path(name), 'rb') as stream:
        return stream.read()


PASSWORD = read('pass').strip()
AT = datetime.datetime.fromtimestamp(int(read('at')) / 1000, tz=datetime.timezone.utc)


def ago(minutes):
    return AT - datetime.timedelta(minutes=minutes)


def signer_of(name, **options):
    return signers.SimpleSigner.load_pkcs12(path(f'{name}.p12'), passphrase=PASSWORD, **options)


def context():
    lists = [crl.CertificateList.load(read(os.path.basename(one))) for one in glob.glob(path('*.crl'))]
    root = load_cert_from_pemder(path('root.cer'))
    settings = {'crls': lists, 'allow_fetching': False, 'revocation_mode': 'require', 'moment': ago(15)}
    return ValidationContext(trust_roots=[root], other_certs=[tsa().signing_cert], **settings)


def tsa():
    # Its own authority signs with RSA alone.
    return signer_of('tsaRsa')


def stamps(minutes):
    """Signature time-stamps an hour old, archive time-stamps ten minutes: the lists lie between."""
    one = tsa()
    return DummyTimeStamper(one.signing_cert, one.signing_key, one.cert_registry, fixed_dt=ago(minutes))


def digest_for(signer):
    return 'sha512' if signer.signing_cert.public_key.algorithm == 'ed25519' else 'sha256'


async def pdf(signer, level, certify):
    with open(path('letter.pdf'), 'rb') as stream:
        writer = IncrementalPdfFileWriter(stream)
        more = {'certify': True, 'docmdp_permissions': MDPPerm.FILL_FORMS} if certify else {}
        if level in ('B-LT', 'B-LTA'):
            more |= {'embed_validation_info': True, 'validation_context': context()}
        metadata = PdfSignatureMetadata(field_name='Sig1', subfilter=SigSeedSubFilter.PADES, md_algorithm=digest_for(signer), **more)
        box = {'new_field_spec': SigFieldSpec('Sig1', box=(100, 100, 300, 160))} if certify else {}
        timestamper = None if level == 'B-B' else stamps(60)
        done = await signers.PdfSigner(metadata, signer, timestamper=timestamper, **box).async_sign_pdf(writer)
        if level == 'B-LTA':
            writer = IncrementalPdfFileWriter(done)
            done = await PdfTimeStamper(stamps(10)).async_timestamp_pdf(writer, 'sha256', context())
        return done.getvalue()


async def cms(signer, level, detached):
    timestamper = None if level == 'B-B' else stamps(60)
    content = read('letter.txt')
    info = await signer.async_sign_general_data(
        content, digest_for(signer), detached=detached, timestamper=timestamper, use_cades=True
    )
    return info.dump()


async def made(name, work):
    try:
        with open(path(f'out/{name}'), 'wb') as stream:
            stream.write(await work)
        print(name)
    except Exception as failure:
        os.remove(path(f'out/{name}'))
        print(f'{name}\t{type(failure).__name__}: {failure}')


async def main():
    people = {
        'p256': signer_of('p256'),
        'rsa2048': signer_of('rsa2048'),
        'pss': signer_of('rsa2048', prefer_pss=True),
        'p521': signer_of('p521'),
        'ed25519': signer_of('ed25519'),
    }
    for who, signer in people.items():
        for level in LEVELS:
            await made(f'PAdES {who} {level}.pdf', pdf(signer, level, False))
        await made(f'PAdES {who} certified B-LTA.pdf', pdf(signer, 'B-LTA', True))
        for packaging in ('attached', 'detached'):
            for level in ('B-B', 'B-T'):
                await made(f'CAdES {packaging} {who} {level}.p7m', cms(signer, level, packaging == 'detached'))


asyncio.run(main())
