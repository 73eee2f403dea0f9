# python classify.py URL TEXT: what the generated client, beside this file, makes of the text, and of a refusal.
import json
import sys

from generated import Client
from generated.api.statements import post_classify
from generated.models import ClassifySentences, ClassifyText

_, url, text = sys.argv
with Client(url) as client:
    answer = post_classify.sync(client=client, body=ClassifyText(text=text))
    refusal = post_classify.sync(client=client, body=ClassifySentences(sentences=[" "]))
sentences = [{"text": text[row.start : row.end], "label": row.label} for row in answer.sentences]
json.dump({"sentences": sentences, "refusal": refusal.to_dict()}, sys.stdout)
