"""Every word of the wall, in Japanese and English."""

from collections.abc import Mapping
from enum import Enum

from sasayaki.media.v1 import call_events_pb2 as media
from sasayaki.monitoring.v1 import alert_events_pb2 as alert
from sasayaki.monitoring.v1 import floor_pb2 as floor
from sasayaki.monitoring.v1 import supervision_events_pb2 as supervision


class Language(Enum):
    """Places in a pair of words."""

    JA = 0
    EN = 1


Words = tuple[str, str]

TITLE: Words = ("ささやき 監視ウォール", "Sasayaki wall")
KEYS: Words = ("?=凡例 j/k=上下 q=終了", "?=legend j/k=scroll q=quit")
BACK: Words = ("?=戻る q=終了", "?=back q=quit")
LINES: Words = ("行", "lines")
NOBODY: Words = ("(なし)", "(none)")
AWAY: Words = (
    "!! {service} から {seconds} 秒間 応答なし、再接続中。表示は最後の状態: {why}",
    "!! no answer from {service} for {seconds} s, reconnecting. Shown is the last state: {why}",
)
SECTIONS: Mapping[str, Words] = {
    "alerts": ("アラート", "Alerts"),
    "calls": ("通話", "Calls"),
    "supervisions": ("モニタリング(誰が誰を聴いているか)", "Who hears whom"),
    "follow_ups": ("前回のフィードバックの確認(できた・まだ)", "Follow-ups (done, or not yet?)"),
    "waiting": ("待ち呼", "Waiting"),
    "queues": ("キュー(直近30分)", "Queues (last half hour)"),
    "operators": ("オペレーター", "Operators"),
}
COLUMNS: Mapping[str, Words] = {
    "kind": ("種類", "kind"),
    "age": ("経過", "age"),
    "about": ("対象", "about"),
    "operator": ("担当者", "operator"),
    "team": ("チーム", "team"),
    "call": ("通話ID", "call"),
    "client": ("委託元", "client"),
    "queue": ("キュー", "queue"),
    "measured": ("測定/しきい値", "measured/limit"),
    "told": ("通知先", "told"),
    "claimed": ("対応者", "claimed by"),
    "reason": ("理由", "reason"),
    "why": ("用件", "why"),
    "talk": ("通話時間", "talk"),
    "hold": ("保留", "hold"),
    "customer_level": ("客の音量", "customer level"),
    "operator_level": ("担当の音量", "operator level"),
    "overlap": ("被り", "both"),
    "heard": ("SV数", "SVs"),
    "supervisor": ("SV", "supervisor"),
    "mode": ("モード", "mode"),
    "hearers": ("SVの声が届く人", "who hears the SV"),
    "purpose": ("目的", "purpose"),
    "state": ("状態", "state"),
    "following": ("追従", "follows"),
    "given_by": ("伝えたSV", "given by"),
    "feedback": ("フィードバック", "feedback"),
    "since": ("経過", "for"),
    "priority": ("優先", "priority"),
    "wait": ("待ち時間", "wait"),
    "waiting": ("待ち数", "waiting"),
    "longest": ("最長待ち", "longest"),
    "answered": ("応答", "answered"),
    "in_time": ("時間内", "in time"),
    "abandoned": ("放棄", "abandoned"),
    "service_level": ("サービスレベル", "service level"),
}
KINDS: Mapping[int, Words] = {
    alert.ALERT_KIND_HELP: ("ヘルプ", "help"),
    alert.ALERT_KIND_LONG_HOLD: ("長い保留", "long hold"),
    alert.ALERT_KIND_LONG_CALL: ("長い通話", "long call"),
    alert.ALERT_KIND_SILENCE: ("無言", "silence"),
    alert.ALERT_KIND_OVERTALK: ("被り", "overtalk"),
    alert.ALERT_KIND_QUEUE: ("長い待ち", "long wait"),
    alert.ALERT_KIND_SERVICE_LEVEL: ("応答の遅れ", "service level"),
    alert.ALERT_KIND_STUCK: ("状態停滞", "stuck"),
}
LEVELS: Mapping[int, Words] = {
    alert.ALERT_LEVEL_TEAM: ("チームのSV", "team"),
    alert.ALERT_LEVEL_ALL: ("全SV", "all SVs"),
    alert.ALERT_LEVEL_MANAGERS: ("全SVと管理者", "managers too"),
}
REASONS: Mapping[int, Words] = {
    alert.ALERT_REASON_ANGRY_CUSTOMER: ("お怒り", "angry"),
    alert.ALERT_REASON_HARASSMENT: ("迷惑行為", "harassment"),
    alert.ALERT_REASON_UNSURE_OF_ANSWER: ("回答に迷い", "unsure"),
    alert.ALERT_REASON_TECHNICAL: ("システム", "technical"),
    alert.ALERT_REASON_OTHER: ("その他", "other"),
}
UNCLAIMED: Words = ("未対応", "nobody")
MODES: Mapping[int, Words] = {
    media.SUPERVISION_MODE_LISTEN: ("聴話", "listen"),
    media.SUPERVISION_MODE_WHISPER: ("ささやき", "whisper"),
    media.SUPERVISION_MODE_BARGE: ("三者", "barge"),
    media.SUPERVISION_MODE_TAKEOVER: ("引き取り", "takeover"),
}
HEARERS: Mapping[int, Words] = {
    media.SUPERVISION_MODE_LISTEN: ("誰にも", "nobody"),
    media.SUPERVISION_MODE_WHISPER: ("担当者のみ", "operator only"),
    media.SUPERVISION_MODE_BARGE: ("客と担当者", "both"),
    media.SUPERVISION_MODE_TAKEOVER: ("客", "customer"),
}
PURPOSES: Mapping[int, Words] = {
    supervision.PURPOSE_HELP: ("ヘルプ", "help"),
    supervision.PURPOSE_COMPLAINT: ("苦情", "complaint"),
    supervision.PURPOSE_TRAINING: ("研修", "training"),
    supervision.PURPOSE_QUALITY: ("品質", "quality"),
    supervision.PURPOSE_SAMPLING: ("抽出", "sampling"),
}
SUPERVISION_STATES: Mapping[int, Words] = {
    floor.FLOOR_SUPERVISION_STATE_ASKING: ("同意待ち", "asked for consent"),
    floor.FLOOR_SUPERVISION_STATE_ACTIVE: ("接続", "on the call"),
    floor.FLOOR_SUPERVISION_STATE_AWAITING: ("次の通話待ち", "awaits next call"),
}
FOLLOWS: Words = ("する", "yes")
OPERATOR_STATES: Mapping[int, Words] = {
    floor.FLOOR_OPERATOR_STATE_OFF: ("受付終了", "off"),
    floor.FLOOR_OPERATOR_STATE_READY: ("受付可", "ready"),
    floor.FLOOR_OPERATOR_STATE_AWAY: ("離席", "away"),
    floor.FLOOR_OPERATOR_STATE_RINGING: ("着信中", "ringing"),
    floor.FLOOR_OPERATOR_STATE_TALKING: ("通話中", "talking"),
    floor.FLOOR_OPERATOR_STATE_WRAP_UP: ("後処理", "wrap-up"),
}
TIMES: Words = ("回", " times")
LEGEND: Words = (
    """凡例
時間は 分:秒、一時間以上は 時:分:秒。人は名前かID、通話はIDの末尾。

アラート: 未対応が上、古いものから。! は終わっていないもの。
  「測定/しきい値」は発報したときの値
  ヘルプ=オペレーターが呼んだ  長い保留  長い通話  無言=双方とも話さない
  被り=一分間に双方が同時に話した回数  長い待ち=キューの先頭の待ち時間
  応答の遅れ=サービスレベル(小さいほど悪い)  状態停滞=着信や後処理が終わらない
  通知先は、対応者がいないまま時間が経つと チームのSV -> 全SV -> 管理者も
音量: デシベル(0が最大、-96は無音)、# 一つが約8dB
  * その一秒の半分以上に声がある。空欄は直近3秒の値なし
  「被り」は双方が同時に話したミリ秒、「SV数」は聴いているSVの数
モード: 聴話=SVの声は誰にも届かない  ささやき=担当者のみ
  三者=客と担当者  引き取り=担当者は退出し、SVが客と話す
  同意待ち=オペレーターに尋ねている、まだ何も聴こえない
  追従=同じオペレーターの次の通話でも聴く
確認: 同じ理由の通話で、前回の助言ができたか(AnswerFollowUp で答える)
キュー: 時間内=定められた秒数以内の応答
  サービスレベル=時間内/(応答+放棄)
状態: 受付終了 受付可 離席 着信中 通話中 後処理""",
    """Legend
Times are minutes:seconds, from one hour on hours:minutes:seconds.
People are shown by name or id, calls by the end of their id.

Alerts: unclaimed ones first, then the oldest; ! is one that is not over.
  "measured/limit" is the value that raised it
  help=the operator called  long hold  long call  silence=neither side speaks
  overtalk=times in a minute that both speak at once
  long wait=of the first in a queue  service level=less is worse
  stuck=ringing or wrap-up does not end
  told: the team -> all SVs -> managers too, while nobody claims it
Levels: decibels (0 is the loudest, -96 no sound), one # is about 8 dB,
  * is voice in half of that second or more; blank: nothing for 3 s
  "both" is milliseconds of both speaking, "SVs" is how many listen
Modes: listen=nobody hears the SV  whisper=the operator only
  barge=both  takeover=the operator has left, the SV talks to the customer
  asked for consent=the operator is asked, nothing is heard yet
  follows=stays with the operator for the next call
Follow-ups: a call of the same reason as one that got this feedback;
  AnswerFollowUp says whether it is done
Queues: in time=answered within the seconds agreed
  service level=in time / (answered + abandoned)
States: off ready away ringing talking wrap-up""",
)
