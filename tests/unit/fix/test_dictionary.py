from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
import quickfix

from tradsys_oms.fix.dictionary import Dictionary, Layout, specs_dir
from tradsys_oms.fix.errors import DictionaryError
from tradsys_oms.fix.message import DATA_TAG_OF_LENGTH
from tradsys_oms.fix.validation import build_validators

ROOT = Path(__file__).resolve().parents[3]
FACTS = ROOT.parent / "shared" / "fix" / "dictionaries"
SUPPORTED = ROOT / "fix_specs" / "supported.yaml"
NAMES = ("FIX42", "FIX44", "FIX50", "FIX50SP2", "FIXT11")
PARTY_MESSAGES = {"DH", "DI", "CL", "CM"}
ADDED = {"FIX42": {"q", "r", "AF"} | PARTY_MESSAGES, "FIX44": PARTY_MESSAGES, "FIX50": PARTY_MESSAGES}
needs_facts = pytest.mark.skipif(not FACTS.is_dir(), reason=f"QuickFIX's dictionaries are not at {FACTS}")


def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_fix_specs", ROOT / "scripts" / "build_fix_specs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load(name: str) -> Dictionary:
    return Dictionary.load(specs_dir() / f"{name}.xml")


@needs_facts
def test_the_files_are_what_the_script_makes() -> None:
    made = builder().build(FACTS, SUPPORTED)
    assert sorted(made) == [f"{name}.xml" for name in NAMES]
    for name, text in made.items():
        assert (ROOT / "fix_specs" / name).read_text() == text, f"run scripts/build_fix_specs.py: {name} is out of date"


@needs_facts
@pytest.mark.parametrize("name", NAMES)
def test_every_message_and_field_of_the_standard_is_known(name: str) -> None:
    standard, ours = ElementTree.parse(FACTS / f"{name}.xml").getroot(), load(name)  # noqa: S314
    messages = {message.attrib["msgtype"] for message in standard.iterfind("messages/message")}
    added = ADDED.get(name, set())
    assert messages.isdisjoint(added)
    assert messages | added == set(ours.messages)
    fields = {field.attrib["number"]: field.attrib["name"] for field in standard.iterfind("fields/field")}
    assert fields.items() <= {field.tag: field.name for field in ours.fields_by_tag.values()}.items()


@needs_facts
def test_own_tags_get_into_the_messages_that_have_them(tmp_path: Path) -> None:
    own = "- {number: 9001, name: OurName, type: INT, messages: [ExecutionReport], dictionaries: [FIX44], doc: What.}"
    plan = tmp_path / "supported.yaml"
    plan.write_text(re.sub(r"^own_fields:$", f"own_fields:\n  {own}", SUPPORTED.read_text(), flags=re.MULTILINE))
    made = builder().build(FACTS, plan)
    assert "<!-- OurName: What. -->" in made["FIX44.xml"]
    assert "OurName" not in made["FIX42.xml"]
    (tmp_path / "FIX44.xml").write_text(made["FIX44.xml"])
    dictionary = Dictionary.load(tmp_path / "FIX44.xml")
    assert dictionary.messages["8"].layout.fields["9001"] is False
    assert "9001" not in dictionary.messages["D"].layout.fields
    quickfix.DataDictionary(str(tmp_path / "FIX44.xml"))


@pytest.mark.parametrize("name", NAMES)
def test_quickfix_loads_the_files(name: str) -> None:
    loaded = quickfix.DataDictionary(str(specs_dir() / f"{name}.xml"))
    assert loaded.isField(35)
    assert not loaded.isField(4999)


@pytest.mark.parametrize("name", NAMES)
def test_the_acknowledgement_is_in_each_file(name: str) -> None:
    assert "This product includes software developed by quickfixengine.org" in (specs_dir() / f"{name}.xml").read_text()


@pytest.mark.parametrize("name", ["FIX42", "FIX44", "FIX50", "FIX50SP2"])
def test_the_gateway_takes_orders_and_sends_reports(name: str) -> None:
    taken = {msg_type for msg_type, message in load(name).messages.items() if message.is_supported}
    admin = set() if name.startswith("FIX50") else set("012345A")
    assert taken == admin | set("DFGHjqe") | {"AF", "DH", "CL"}


@pytest.mark.parametrize("name", ["FIX42", "FIX44", "FIX50"])
def test_messages_about_parties_are_those_of_a_later_version(name: str) -> None:
    ours, later = load(name), load("FIX50SP2")

    def assert_within(layout: Layout, model: Layout) -> None:
        required = {tag for tag, is_required in model.fields.items() if is_required}
        assert required <= {tag for tag, is_required in layout.fields.items() if is_required}
        assert layout.fields.keys() <= model.fields.keys()
        for tag, group in layout.groups.items():
            assert group.delimiter == model.groups[tag].delimiter
            assert_within(group.layout, model.groups[tag].layout)

    for msg_type in PARTY_MESSAGES:
        assert_within(ours.messages[msg_type].layout, later.messages[msg_type].layout)
    for tag in ("1530", "1672", "2329", "2332", "2333"):
        assert ours.fields_by_tag[tag] == later.fields_by_tag[tag]
    limits = ours.messages["CM"].layout.groups["1677"].layout.groups["1669"].layout
    assert limits.groups.keys() == {"1529", "1534"}


def test_messages_fields_and_values_that_a_version_takes_over_from_a_later_one() -> None:
    fix42, fix44 = load("FIX42"), load("FIX44")
    required = {tag for tag, is_required in fix42.messages["q"].layout.fields.items() if is_required}
    assert required == {"11", "530", "60"}
    assert fix42.fields_by_tag["530"].enums == fix44.fields_by_tag["530"].enums
    assert {"584", "911", "912", "7928", "8000"} <= fix42.messages["8"].layout.fields.keys()
    assert "L" in fix44.fields_by_tag["150"].enums
    for version in (fix42, fix44, load("FIX50")):
        assert set(version.fields_by_tag["8000"].enums) == {"N", "O"}
        assert {"7928", "8000"} <= version.messages["D"].layout.fields.keys()


def test_an_order_has_its_components_and_groups() -> None:
    order = load("FIX44").messages["D"].layout
    assert [tag for tag, is_required in order.fields.items() if is_required] == ["11", "54", "60", "40", "55"]
    parties = order.groups["453"]
    assert parties.delimiter == "448"
    assert parties.layout.groups["802"].delimiter == "523"


def test_versions_and_words() -> None:
    assert [load(name).version for name in NAMES] == ["FIX.4.2", "FIX.4.4", "FIX.5.0", "FIX.5.0SP2", "FIXT.1.1"]
    dictionary = load("FIX44")
    assert dictionary.tags_by_name["Side"] == "54"
    assert dictionary.fields_by_tag["54"].enums["1"] == "BUY"


def test_fix50_lacks_what_later_service_packs_added() -> None:
    older, newer = load("FIX50"), load("FIX50SP2")
    assert newer.fields_by_tag.keys() > older.fields_by_tag.keys() - {"7928", "8000"}
    assert "880" not in older.messages["8"].layout.fields
    assert "880" in newer.messages["8"].layout.fields
    assert newer.fields_by_tag["103"].enums.keys() - older.fields_by_tag["103"].enums.keys() >= {"16"}


def test_every_data_field_can_be_read() -> None:
    for name in NAMES:
        data = {field.tag for field in load(name).fields_by_tag.values() if field.type in ("DATA", "XMLDATA")}
        assert data <= set(DATA_TAG_OF_LENGTH.values()), name


def test_each_application_version_has_its_validator() -> None:
    assert sorted(build_validators(specs_dir())) == ["FIX.4.2", "FIX.4.4", "FIX.5.0", "FIX.5.0SP2"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<fix", "can't be read"),
        (
            "<fix type='FIX' major='4' minor='4' servicepack='0'><header><field name='Nope' required='Y'/></header>"
            "</fix>",
            "Nope",
        ),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "FIX44.xml"
    path.write_text(text)
    with pytest.raises(DictionaryError, match=sentence):
        Dictionary.load(path)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DictionaryError, match=r"FIX44\.xml can't be read"):
        Dictionary.load(tmp_path / "FIX44.xml")
